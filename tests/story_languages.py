"""Short news of our own in twenty languages, with what makes of each another event and what leaves it the same."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class News:
    """A short item; `others` name what changes the event, `copies` what a paper changes when it carries it."""

    language: str
    title: str
    text: str
    retitled: str
    others: tuple[tuple[str, str], ...]  # (kind, "old=new; old=new"), wherever it stands
    edited: tuple[str, ...]  # "old=new" in the text
    typo: str = ""  # "right=wrong", everywhere


def changed(text: str, words: str) -> str:
    """Put other words in the place of some."""
    for pair in words.split("; "):
        old, _, new = pair.partition("=")
        text = text.replace(old, new)
    return text


FURNITURE: Final = {
    "he": "הכתבה התקבלה מסוכנות הנמל, בתוספת דיווח של כתבינו.",
    "fa": "این گزارش از خبرگزاری بندر دریافت شده است.",
    "ar": "التقرير من وكالة الميناء للأنباء مع إضافات من مراسلينا.",
    "hi": "यह समाचार बंदरगाह समाचार एजेंसी से लिया गया है।",
    "th": "รายงานโดยสำนักข่าวท่าเรือ",
    "zh": "本文由海港通讯社供稿，本报记者补充报道。",
    "ko": "이 기사는 항구통신이 제공했습니다.",
    "ja": "（港通信）",
    "ru": "По сообщению агентства «Гавань».",
    "uk": "За повідомленням агентства «Гавань».",
    "tr": "Haber Liman Ajansı tarafından geçildi.",
    "pl": "Materiał agencji Port, uzupełniony przez redakcję.",
    "es": "Con información de la agencia Puerto.",
    "pt": "Com informações da agência Porto.",
    "it": "Con il contributo dell'agenzia Porto.",
    "fr": "Avec l'agence du Port.",
    "nl": "Met bijdragen van persbureau Haven.",
    "de": "Mit Material der Hafenagentur.",
    "sv": "Med material från Hamnbyrån.",
    "el": "Με πληροφορίες από το πρακτορείο Λιμάνι.",
    "vi": "Theo hãng tin Cảng Biển.",
    "id": "Laporan kantor berita Pelabuhan.",
    "cs": "S využitím zpráv agentury Přístav.",
    "hu": "A Kikötő hírügynökség nyomán.",
}

NEWS: Final = (
    News(
        "he",
        "בית המשפט זיכה את ראש העירייה לשעבר יואב שגיא",
        "בית המשפט המחוזי בחיפה זיכה ביום חמישי את ראש העירייה לשעבר יואב שגיא מאישום בלקיחת שוחד. הפרקליטות שוקלת לערער.",
        "הפרקליטות שוקלת ערעור בפרשת השוחד",
        (
            ("verb", "זיכה=הרשיע"),
            ("name", "יואב שגיא=נדב ארזי"),
            ("town in text", "בחיפה=בבאר שבע"),
            ("day in text", "חמישי=שלישי"),
        ),
        ("שוקלת לערער=שוקלת כעת לערער על פסק הדין",),
        "שגיא=שגיה",
    ),
    News(
        "he",
        "גבר בן 34 נעצר לאחר פריצה בנתניה",
        "משטרת נתניה עצרה בליל שני גבר בן 34 בחשד לפריצה לחנות תכשיטים. במכוניתו נמצאו טבעות ושעונים, מסר דובר.",
        "טבעות ושעונים נמצאו במכונית של חשוד",
        (("town", "נתניה=אשדוד"), ("number", "34=61"), ("noun", "פריצה=הצתה; לפריצה=להצתה"), ("man or woman", "גבר=נער")),
        ("מסר דובר=מסר דובר המשטרה",),
    ),
    News(
        "fa",
        "دادگاه شهردار پیشین شیراز را تبرئه کرد",
        "دادگاه استان فارس روز پنجشنبه بهرام کاوه، شهردار پیشین شیراز، را "
        "از اتهام اختلاس تبرئه کرد. دادستان به این رأی اعتراض می‌کند.",
        "دادستان به رأی پرونده اختلاس اعتراض می‌کند",
        (
            ("verb", "تبرئه=محکوم"),
            ("town", "شیراز=کرمان"),
            ("day in text", "پنجشنبه=دوشنبه"),
            ("name in text", "بهرام کاوه=سیروس نادری"),
        ),
        ("دادستان به این رأی=دادستان گفت به این رأی",),
    ),
    News(
        "fa",
        "قیمت دلار افزایش یافت",
        "قیمت دلار در بازار تهران روز شنبه به ۵۲ هزار تومان افزایش یافت. معامله‌گران منتظر تصمیم بانک مرکزی هستند.",
        "معامله‌گران در انتظار تصمیم بانک مرکزی",
        (("verb", "افزایش=کاهش"), ("subject", "دلار=یورو"), ("number in text", "۵۲=۴۷")),
        ("معامله‌گران منتظر=معامله‌گران بازار منتظر",),
    ),
    News(
        "ar",
        "ارتفاع أسعار النفط بعد اجتماع المنتجين",
        "ارتفعت أسعار النفط يوم الخميس إلى 84 دولارا للبرميل بعد اجتماع المنتجين في فيينا. ويترقب التجار بيانات المخزون.",
        "التجار يترقبون بيانات المخزون",
        (
            ("verb", "ارتفاع=انخفاض; ارتفعت=انخفضت"),
            ("subject", "النفط=الذهب"),
            ("number in text", "84=79"),
            ("day in text", "الخميس=الاثنين"),
        ),
        ("ويترقب التجار=ويترقب التجار حاليا",),
    ),
    News(
        "ar",
        "إصابة سائق في حادث تصادم قرب طنطا",
        "أصيب سائق يبلغ من العمر 34 عاما في حادث تصادم بين شاحنة وسيارة قرب طنطا صباح الجمعة. ونقل إلى المستشفى.",
        "شاحنة تصطدم بسيارة ونقل مصاب إلى المستشفى",
        (("town", "طنطا=أسوان"), ("verb", "إصابة=مصرع; أصيب=لقي مصرعه"), ("subject", "سائق=طالب"), ("number in text", "34=52")),
        ("ونقل إلى المستشفى=ونقل فورا إلى المستشفى العام",),
        "طنطا=طنطة",
    ),
    News(
        "hi",
        "अदालत ने पूर्व महापौर रमेश सोलंकी को बरी किया",
        "जयपुर की अदालत ने गुरुवार को पूर्व महापौर रमेश सोलंकी को रिश्वत के मामले में बरी किया। सरकार अपील पर विचार कर रही है।",
        "रिश्वत मामले में सरकार अपील पर विचार कर रही",
        (("verb", "बरी=दोषी"), ("name", "रमेश सोलंकी=विनोद तिवारी"), ("town in text", "जयपुर=भोपाल"), ("day in text", "गुरुवार=मंगलवार")),
        ("सरकार अपील=राज्य सरकार अब अपील",),
        "सोलंकी=सोलकी",
    ),
    News(
        "hi",
        "नासिक में ट्रक की टक्कर से साइकिल सवार घायल",
        "नासिक में शुक्रवार सुबह ट्रक की टक्कर से 34 वर्षीय साइकिल सवार घायल हो गया। चालक को चोट नहीं आई।",
        "सुबह के हादसे में चालक को चोट नहीं",
        (("town", "नासिक=कानपुर"), ("vehicle", "ट्रक=बस"), ("verb", "घायल=मृत"), ("number in text", "34=61")),
        ("चालक को चोट=ट्रक चालक को कोई चोट",),
    ),
    News(
        "th",
        "ศาลยกฟ้องอดีตนายกเทศมนตรีเชียงใหม่",
        "ศาลจังหวัดเชียงใหม่มีคำพิพากษาเมื่อวันพฤหัสบดียกฟ้องอดีตนายกเทศมนตรีในคดีรับสินบน อัยการกำลังพิจารณาอุทธรณ์",
        "อัยการพิจารณาอุทธรณ์คดีรับสินบน",
        (("verb", "ยกฟ้อง=สั่งจำคุก"), ("town", "เชียงใหม่=ขอนแก่น"), ("day in text", "พฤหัสบดี=อังคาร")),
        ("อัยการกำลังพิจารณา=สำนักงานอัยการกำลังพิจารณา",),
    ),
    News(
        "th",
        "ราคาทองปรับขึ้น 200 บาท",
        "ราคาทองคำวันศุกร์ปรับขึ้น 200 บาท มาอยู่ที่ 41,500 บาท นักลงทุนรอผลประชุมธนาคารกลาง",
        "นักลงทุนรอผลประชุมธนาคารกลาง",
        (("verb", "ปรับขึ้น=ปรับลง"), ("number", "200=450"), ("subject", "ทองคำ=น้ำมัน; ทอง=น้ำมัน")),
        ("นักลงทุนรอ=นักลงทุนทั่วโลกรอ",),
    ),
    News(
        "zh",
        "法院宣告前市长周启明无罪",
        "长沙中级法院星期四宣告前市长周启明受贿案无罪。检方表示正在考虑抗诉。",
        "检方考虑就受贿案抗诉",
        (("verb", "无罪=有罪"), ("name", "周启明=高立群"), ("town in text", "长沙=南昌"), ("day in text", "星期四=星期二")),
        ("检方表示正在=检方发言人表示目前正在",),
    ),
    News(
        "zh",
        "昆明发布暴雨红色预警",
        "昆明气象台周五下午发布暴雨红色预警，提醒市民注意山体滑坡。多所学校停课。",
        "多所学校停课 市民注意滑坡",
        (("town", "昆明=贵阳"), ("subject", "暴雨=大风"), ("level", "红色=蓝色")),
        ("提醒市民注意=提醒广大市民注意防范",),
    ),
    News(
        "zh",
        "海诺食品净利润增长12%",
        "海诺食品周五公布，第三季度净利润同比增长12%，达到4800万元。公司维持全年业绩预期。",
        "食品企业维持全年预期",
        (("organisation", "海诺食品=广源食品"), ("verb", "增长=下降"), ("number", "12=31")),
        ("公司维持全年=公司同时维持了全年",),
    ),
    News(
        "ko",
        "법원, 전 시장 박도윤에 무죄 선고",
        "대전지방법원은 목요일 뇌물 혐의로 기소된 전 시장 박도윤에게 무죄를 선고했다. 검찰은 항소를 검토하고 있다.",
        "검찰, 뇌물 사건 항소 검토",
        (("verb", "무죄=유죄"), ("name", "박도윤=최한결"), ("town in text", "대전=광주"), ("day in text", "목요일=화요일")),
        ("검찰은 항소를=검찰은 판결에 대해 항소를",),
        "박도윤=박도융",
    ),
    News(
        "ko",
        "부산 공장 화재로 3명 부상",
        "금요일 아침 부산의 한 공장에서 불이 나 직원 3명이 다쳤다. 소방 당국은 원인을 조사하고 있다.",
        "소방 당국, 아침 공장 불 원인 조사",
        (("town", "부산=울산"), ("number", "3=7"), ("noun", "공장=창고")),
        ("원인을 조사=정확한 원인을 조사",),
    ),
    News(
        "ja",
        "名古屋の倉庫で火災、2人けが",
        "金曜日の朝、名古屋市の倉庫で火災があり、従業員2人がけがをした。消防が原因を調べている。",
        "朝の倉庫火災、消防が原因調べる",
        (("town", "名古屋=静岡"), ("number", "2人=5人"), ("place", "倉庫=工場")),
        ("消防が原因を=消防と警察が原因を詳しく",),
    ),
    News(
        "uk",
        "Суд виправдав колишнього мера Тараса Гнатюка",
        "Апеляційний суд у Полтаві в четвер виправдав колишнього мера Тараса "
        "Гнатюка у справі про хабар. Прокуратура оскаржить рішення.",
        "Прокуратура оскаржить рішення у справі про хабар",
        (
            ("verb", "виправдав=засудив"),
            ("name", "Тараса Гнатюка=Богдана Левчука"),
            ("town in text", "Полтаві=Черкасах"),
            ("day in text", "четвер=вівторок"),
        ),
        ("Прокуратура оскаржить=Обласна прокуратура оскаржить",),
        "Гнатюка=Гнатука",
    ),
    News(
        "ru",
        "В Самаре открылась выставка старинных часов",
        "В городском музее Самары в пятницу открылась выставка старинных часов из частных собраний. Она продлится до 3 марта.",
        "Часы из частных собраний показали в городском музее",
        (
            ("town", "Самаре=Уфе; Самары=Уфы"),
            ("subject", "часов=карт"),
            ("verb", "открылась=закрылась"),
            ("number in text", "3 марта=9 марта"),
        ),
        ("Она продлится=Экспозиция продлится",),
    ),
    News(
        "tr",
        "Merkez Bankası faizi artırdı",
        "Merkez Bankası perşembe günü politika faizini artırdı ve yüzde 12,5 olarak açıkladı. Karar oy birliğiyle alındı.",
        "Para politikası kararı oy birliğiyle alındı",
        (("verb", "artırdı=düşürdü"), ("number in text", "12,5=10,5"), ("day in text", "perşembe=salı")),
        ("Karar oy=Alınan karar oy",),
    ),
    News(
        "tr",
        "Manisa'da otobüs devrildi: 4 yaralı",
        "Manisa'da cuma sabahı bir yolcu otobüsü devrildi, 4 kişi yaralandı. Yol iki saat trafiğe kapandı.",
        "Yolcu otobüsü kazası yolu iki saat kapattı",
        (("town", "Manisa=Denizli"), ("number", "4=9"), ("vehicle", "otobüs=kamyon")),
        ("Yol iki=Kaza nedeniyle yol iki",),
    ),
    News(
        "pl",
        "Sąd uniewinnił byłego burmistrza Jana Kowalczyka",
        "Sąd okręgowy w Kielcach w czwartek uniewinnił byłego burmistrza Jana "
        "Kowalczyka od zarzutu łapownictwa. Prokuratura rozważa apelację.",
        "Prokuratura rozważa apelację w sprawie łapówki",
        (
            ("verb", "uniewinnił=skazał"),
            ("name", "Jana Kowalczyka=Piotra Malinowskiego"),
            ("town in text", "Kielcach=Opolu"),
            ("day in text", "czwartek=wtorek"),
        ),
        ("rozważa apelację=rozważa złożenie apelacji",),
        "Kowalczyka=Kowalcyka",
    ),
    News(
        "es",
        "El banco central sube los tipos de interés",
        "El banco central subió el jueves los tipos de interés hasta el 4,5 "
        "por ciento para frenar la inflación. La decisión fue unánime.",
        "Decisión unánime para frenar la inflación",
        (("verb", "sube=baja; subió=bajó"), ("number in text", "4,5=3,5"), ("day in text", "jueves=martes")),
        ("La decisión fue unánime=La decisión se tomó por unanimidad",),
    ),
    News(
        "es",
        "Detenido un hombre de 34 años por un robo en Albacete",
        "La policía detuvo el jueves por la noche en Albacete a un hombre de 34 "
        "años por el robo en una joyería. En su coche había anillos y relojes.",
        "Hallan anillos y relojes en el coche de un sospechoso",
        (("town", "Albacete=Burgos"), ("number", "34=61"), ("person", "un hombre=una mujer; Detenido=Detenida")),
        ("En su coche había=En su vehículo había",),
    ),
    News(
        "pt",
        "Tribunal absolve ex-prefeito Otávio Peixoto",
        "O tribunal de Londrina absolveu na quinta-feira o ex-prefeito Otávio "
        "Peixoto da acusação de corrupção. O Ministério Público vai recorrer.",
        "Ministério Público vai recorrer no caso de corrupção",
        (
            ("verb", "absolveu=condenou; absolve=condena"),
            ("name", "Otávio Peixoto=Murilo Sampaio"),
            ("day in text", "quinta=terça"),
            ("town in text", "Londrina=Maringá"),
        ),
        ("vai recorrer=informou que vai recorrer",),
        "Peixoto=Peixotto",
    ),
    News(
        "it",
        "Ciclista ferito da un furgone a Ferrara",
        "Un ciclista di 34 anni è rimasto ferito venerdì mattina, travolto da un furgone a Ferrara. Il conducente è illeso.",
        "Illeso il conducente del furgone dopo lo scontro",
        (
            ("town", "Ferrara=Modena"),
            ("verb", "rimasto ferito=morto; ferito=ucciso"),
            ("vehicle", "furgone=autobus"),
            ("number in text", "34=52"),
            ("day in text", "venerdì=lunedì"),
        ),
        ("Il conducente è illeso=Il conducente del mezzo è illeso",),
    ),
    News(
        "fr",
        "La mairie d'Angers ouvre une piscine d'été",
        "La mairie d'Angers a ouvert samedi une piscine d'été sur les quais, "
        "gratuite pour les enfants. Elle restera en place 6 semaines.",
        "Une baignade gratuite pour les enfants sur les quais",
        (
            ("town", "Angers=Orléans"),
            ("noun", "piscine=patinoire"),
            ("verb", "ouvre=ferme; ouvert=fermé"),
            ("number in text", "6=9"),
        ),
        ("Elle restera=Le bassin restera",),
    ),
    News(
        "nl",
        "Brand in school in Deventer snel geblust",
        "De brandweer heeft vrijdagochtend een brand in een school in Deventer snel geblust. Er raakten 2 mensen lichtgewond.",
        "Lichtgewonden na brand op vrijdagochtend",
        (
            ("town", "Deventer=Venlo"),
            ("place", "school=kerk"),
            ("number in text", "2=7"),
            ("day in text", "vrijdagochtend=dinsdagochtend"),
        ),
        ("Er raakten=Volgens de politie raakten",),
    ),
    News(
        "de",
        "Landgericht spricht Ex-Landrat Jörg Vollmer frei",
        "Das Landgericht in Fulda hat am Donnerstag den früheren Landrat Jörg Vollmer "
        "vom Vorwurf der Untreue freigesprochen. Die Anklage prüft Rechtsmittel.",
        "Anklage prüft Rechtsmittel nach Urteil wegen Untreue",
        (
            ("verb", "spricht Ex-Landrat=verurteilt Ex-Landrat; Vollmer frei=Vollmer; freigesprochen=verurteilt"),
            ("name", "Jörg Vollmer=Heiko Brandis"),
            ("town in text", "Fulda=Gera"),
            ("day in text", "Donnerstag=Montag"),
        ),
        ("Die Anklage prüft=Die Anklage prüft derzeit",),
        "Vollmer=Vollmar",
    ),
    News(
        "sv",
        "Riksbanken höjer räntan",
        "Riksbanken höjer på torsdagen styrräntan till 3,5 procent. Beslutet var enhälligt, enligt banken.",
        "Enhälligt beslut om styrräntan",
        (("verb", "höjer=sänker"), ("number in text", "3,5=2,5"), ("day in text", "torsdagen=tisdagen")),
        ("enligt banken=enligt ett pressmeddelande från banken",),
    ),
    News(
        "el",
        "Συνελήφθη 34χρονος για ληστεία στη Λάρισα",
        "Η αστυνομία συνέλαβε την Πέμπτη στη Λάρισα έναν 34χρονο για ληστεία "
        "σε κοσμηματοπωλείο. Στο αυτοκίνητό του βρέθηκαν ρολόγια.",
        "Ρολόγια βρέθηκαν στο αυτοκίνητο υπόπτου",
        (("town", "Λάρισα=Καβάλα"), ("number", "34=61"), ("noun", "ληστεία=απάτη"), ("day in text", "Πέμπτη=Τρίτη")),
        ("βρέθηκαν ρολόγια=βρέθηκαν ρολόγια και δαχτυλίδια",),
    ),
    News(
        "vi",
        "Giá vàng tăng 200 nghìn đồng",
        "Giá vàng trong nước sáng thứ Sáu tăng 200 nghìn đồng, lên 71 triệu đồng mỗi lượng. Giới đầu tư chờ quyết định lãi suất.",
        "Giới đầu tư chờ quyết định lãi suất",
        (("verb", "tăng=giảm"), ("number", "200=450"), ("subject", "vàng=bạc")),
        ("Giới đầu tư chờ=Giới đầu tư đang chờ",),
    ),
    News(
        "id",
        "Gempa magnitudo 5,1 guncang Maluku",
        "Gempa bermagnitudo 5,1 mengguncang Maluku pada Jumat pagi. Belum ada laporan korban, kata badan meteorologi.",
        "Belum ada laporan korban akibat gempa",
        (("town", "Maluku=Bengkulu"), ("number", "5,1=6,3")),
        ("kata badan meteorologi=kata juru bicara badan meteorologi",),
    ),
    News(
        "cs",
        "Soud osvobodil bývalého starostu Karla Hrubého",
        "Krajský soud v Plzni ve čtvrtek osvobodil bývalého starostu Karla Hrubého v kauze úplatků. Žalobce se odvolá.",
        "Žalobce se odvolá v kauze úplatků",
        (
            ("verb", "osvobodil=odsoudil"),
            ("name", "Karla Hrubého=Tomáše Vlčka"),
            ("day in text", "čtvrtek=úterý"),
            ("town in text", "Plzni=Liberci"),
        ),
        ("Žalobce se odvolá=Státní žalobce se odvolá",),
    ),
    News(
        "hu",
        "Emelte az alapkamatot a jegybank",
        "Csütörtökön emelte az alapkamatot a jegybank, így az 6,5 százalék lett. A döntés egyhangú volt.",
        "Egyhangú döntés az alapkamatról",
        (("verb", "Emelte=Csökkentette; emelte=csökkentette"), ("number in text", "6,5=7,5")),
        ("A döntés egyhangú=A testület döntése egyhangú",),
    ),
)
