"""The names of months, periods of the day and weekdays that CLDR has, folded; made by tests/cldr.py, not by hand.

The data are Unicode's (Unicode License V3). A language has three lines:
its months in order; the periods, each behind its name; weekdays and what else its patterns hold.
"""

from typing import Final

NAMES: Final = {
    "af": """
januarie|jan;februarie|feb;maart|mrt;april|apr;mei;junie|jun;julie|jul;augustus|aug;september|sep;oktober|okt;november|nov;desember|des
afternoon:die middag|middag;am:vm;evening:die aand|aand;midnight:middernag;morning:die oggend|oggend;night:die nag|nag;pm:nm
sondag|maandag|dinsdag|woensdag|donderdag|vrydag|saterdag|so|ma|di|wo|do|vr|sa
""",
    "am": """
ጃንዋሪ|ጃን;ፌብሩዋሪ|ፌብ;ማርች;ኤፕሪል|ኤፕሪ;ሜይ;ጁን;ጁላይ;ኦገስት|ኦገስ;ሴፕቴምበር|ሴፕቴ;ኦክቶበር|ኦክቶ;ኖቬምበር|ኖቬም;ዲሴምበር|ዲሴም
afternoon:ከሰዓት;am:ጥዋት;evening:በምሽት|ምሽት;midnight:እኩለ ሌሊት;night:በሌሊት|ሌሊት;noon:ቀትር
እሑድ|ሰኞ|ማክሰኞ|ረቡዕ|ሐሙስ|ዓርብ|ቅዳሜ|ማክሰ|እ|ሰ|ማ|ረ|ሐ|ዓ|ቅ
""",
    "ar": """
يناير|كانون الثاني|جانفي;فبراير|شباط|فيفري;مارس|اذار;ابريل|نيسان|افريل;مايو|ايار|ماي;يونيو|حزيران|جوان;يوليو|تموز|يوليوز|جويلية;اغسطس|اب|غشت|اوت|اغشت;سبتمبر|ايلول|شتنبر|شتمبر;اكتوبر|تشرين الاول;نوفمبر|تشرين الثاني|نونبر;ديسمبر|كانون الاول|دجنبر|دجمبر
afternoon:ظهرا|بعد الظهر;am:ص;evening:مساء;morning:في الصباح|صباحا|فجرا;night:في المساء|ليلا|منتصف الليل;pm:م
الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعة|السبت|احد|اثنين|ثلاثاء|اربعاء|خميس|جمعة|سبت
""",
    "as": """
জানুৱাৰী|জানু;ফেব্ৰুৱাৰী|ফেব্ৰু;মাৰ্চ;এপ্ৰিল;মে;জুন;জুলাই;আগষ্ট|আগ;ছেপ্তেম্বৰ|ছেপ্তে;অক্টোবৰ|অক্টো;নৱেম্বৰ|নৱে;ডিচেম্বৰ|ডিচে
am:পূৰ্বাহ্ন;pm:অপৰাহ্ন
দেওবাৰ|সোমবাৰ|মঙ্গলবাৰ|বুধবাৰ|বৃহস্পতিবাৰ|শুক্ৰবাৰ|শনিবাৰ|দেও|সোম|মঙ্গল|বুধ|বৃহ|শুক্ৰ|শনি
""",
    "az": """
yanvar|yan|јанвар|јан;fevral|fev|феврал|фев;mart|mar|март|мар;aprel|apr|апрел|апр;may|маи;iyun|iyn|ијун|ијн;iyul|iyl|ијул|ијл;avqust|avq|август|авг;sentyabr|sen|сентјабр|сен;oktyabr|okt|октјабр|окт;noyabr|noy|нојабр|ној;dekabr|dek|декабр|дек
afternoon:gunduz|ҝүндүз;am:ам;evening:axsamustu|ахшамүстү;midnight:gecəyari|ҝеҹәјары;morning:subh|səhər|сүбһ|сәһәр;night:axsam|gecə|ахшам|ҝеҹә;noon:gunorta|ҝүнорта;pm:пм
bazar|bazar ertəsi|cərsənbə axsami|cərsənbə|cumə axsami|cumə|sənbə|b|b e|c a|c|s|базар|базар ертәси|чәршәнбә ахшамы|чәршәнбә|ҹүмә ахшамы|ҹүмә|шәнбә|б|б е|ч а|ч|ҹ а|ҹ|ш
""",
    "be": """
студзеня|сту|студзень;лютага|лют|люты;сакавіка|сак|сакавік;красавіка|кра|красавік;мая|маи;чэрвеня|чэр|чэрвень;ліпеня|ліп|ліпень;жніуня|жні|жнівень;верасня|вер|верасень;кастрычніка|кас|кастрычнік;лістапада|ліс|лістапад;снежня|сне|снежань

нядзеля|панядзелак|ауторак|серада|чацвер|пятніца|субота|нд|пн|ау|ср|чц|пт|сб|г
""",
    "bg": """
януари|яну;февруари|фев;март;април|апр;маи;юни;юли;август|авг;септември|сеп;октомври|окт;ноември|ное;декември|дек
afternoon:следобед;evening:вечерта;midnight:полунощ;morning:сутринта|на обяд;night:през нощта
неделя|понеделник|вторник|сряда|четвъртък|петък|събота|нд|пн|вт|ср|чт|пт|сб|г
""",
    "bn": """
জানুয়ারি|জানু;ফেব্রুয়ারি|ফেব;মার্চ;এপ্রিল|এপ্রি;মে;জুন;জুলাই|জুল;আগস্ট|আগ;সেপ্টেম্বর|সেপ|সেপ্ট;অক্টোবর|অক্টো;নভেম্বর|নভে;ডিসেম্বর|ডিসে
afternoon:দুপুরবেলায়|বিকাল|দুপুর;evening:সন্ধ্যাবেলায়|সন্ধ্যা;morning:ভোরবেলায়|সকালবেলায়|ভোর|সকাল;night:রাত্রিবেলায়|রাত্রি
রবিবার|সোমবার|মঙ্গলবার|বুধবার|বৃহস্পতিবার|শুক্রবার|শনিবার|রবি|সোম|মঙ্গল|বুধ|বৃহস্পতি|শুক্র|শনি|রঃ|সোঃ|মঃ|বুঃ|বৃঃ|শুঃ
""",
    "br": """
genver|gen;c hwevrer|c hwe;meurzh|meur;ebrel|ebr;mae;mezheven|mezh;gouere|goue;eost;gwengolo|gwen;here;du;kerzu|kzu
pm:g m
sul|lun|meurzh|merc her|yaou|gwener|sadorn|meu|mer|gwe|sad
""",
    "bs": """
januar|jan|јануар|јан;februar|feb|фебруар|феб;mart|mar|март|мар;april|apr|април|апр;maj|мај;juni|jun|јуни|јун;juli|jul|јули|јул;august|aug|аугуст|ауг;septembar|sep|септембар|сеп;oktobar|okt|октобар|окт;novembar|nov|новембар|нов;decembar|dec|децембар|дец
afternoon:poslijepodne|у подне|послииеподне;am:prijepodne|прије подне|пре подне;evening:navecer|увече|вече;midnight:ponoc|поноћ;morning:ujutro|ујутру|јутро;night:po noci|ноћу|ноћ;noon:podne|подне;pm:popodne|послије подне|поподне
nedjelja|ponedjeljak|utorak|srijeda|cetvrtak|petak|subota|ned|pon|uto|sri|cet|pet|sub|недјеља|понедјељак|уторак|сриједа|четвртак|петак|субота|нед|пон|уто|сри|чет|пет|суб
""",
    "ca": """
de gener|de gen|gener|gen;de febrer|de febr|febrer|febr;de marc|marc;d abril|d abr|abril|abr;de maig|maig;de juny|juny;de juliol|de jul|juliol|jul;d agost|d ag|agost|ag;de setembre|de set|setembre|set;d octubre|d oct|octubre|oct;de novembre|de nov|novembre|nov;de desembre|de des|desembre|des
afternoon:migdia|tarda;evening:vespre;midnight:mitjanit;morning:matinada|mati;night:nit
diumenge|dilluns|dimarts|dimecres|dijous|divendres|dissabte|dg|dl|dt|dc|dj|dv|ds|del
""",
    "ckb": """
كانووني دووهم|كانووني دووهمي;شوبات|شوباتي;يازار|يازاري;نيسان|نيساني;يايار|ياياري;حوزهيران|حوزهيراني;تهمووز|تهمووزي;ياب|يابي;يهيلوول|يهيلوولي;تشريني يهكهم|تشريني يهكهمي;تشريني دووهم|تشريني دووهمي;كانوني يهكهم|كانوني يهكهمي
am:ب ن;pm:د ن
يهكشهممه|دووشهممه|سێشهممه|چوارشهممه|پێنجشهممه|ھهيني|شهممه|1 ش|2 ش|3 ش|4 ش|5 ش|ھ|ش|ي
""",
    "cs": """
ledna|led|leden;unora|uno|unor;brezna|bre|brezen;dubna|dub|duben;kvetna|kve|kveten;cervna|cvn|cerven;cervence|cvc|cervenec;srpna|srp|srpen;zari|zar;rijna|rij|rijen;listopadu|lis|listopad;prosince|pro|prosinec
afternoon:odpoledne|odp;am:dop;evening:vecer|vec;midnight:pulnoc|puln;morning:rano|dopoledne|r;night:v noci|v n|noc;noon:poledne|pol
nedele|pondeli|utery|streda|ctvrtek|patek|sobota|ne|po|ut|st|ct|pa|so
""",
    "cy": """
ionawr|ion;chwefror|chwef|chw;mawrth|maw;ebrill|ebr;mai;mehefin|meh;gorffennaf|gorff|gor;awst;medi;hydref|hyd;tachwedd|tach;rhagfyr|rhag
afternoon:y prynhawn|prynhawn;am:yb;evening:yr hwyr;midnight:canol nos;morning:y bore|bore;noon:canol dydd;pm:yh
dydd sul|dydd llun|dydd mawrth|dydd mercher|dydd iau|dydd gwener|dydd sadwrn|sul|llun|maw|mer|iau|gwen|sad|su|ll|ma|me|ia|gw|sa|gwe
""",
    "da": """
januar|jan;februar|feb;marts|mar;april|apr;maj;juni|jun;juli|jul;august|aug;september|sep;oktober|okt;november|nov;december|dec
afternoon:om eftermiddagen|eftermiddag;evening:om aftenen|aften;midnight:midnat;morning:om morgenen|om formiddagen|morgen|formiddag;night:om natten|nat
sondag|mandag|tirsdag|onsdag|torsdag|fredag|lordag|son|man|tirs|ons|tors|fre|lor|so|ma|ti|on|to|fr|lo|den
""",
    "de": """
januar|jan|janner;februar|feb;marz|mar;april|apr;mai;juni|jun;juli|jul;august|aug;september|sept|sep;oktober|okt;november|nov;dezember|dez
afternoon:mittags|nachmittags|nachm|mittag|nachmittag;evening:abends|abend;midnight:mitternacht;morning:morgens|vormittags|vorm|morgen|vormittag;night:nachts|nacht
sonntag|montag|dienstag|mittwoch|donnerstag|freitag|samstag|so|mo|di|mi|do|fr|sa
""",
    "el": """
ιανουαριου|ιαν|ιανουαριοσ;φεβρουαριου|φεβ|φεβρουαριοσ;μαρτιου|μαρ|μαρτιοσ;απριλιου|απρ|απριλιοσ;μαιου|μαι|μαιοσ;ιουνιου|ιουν|ιουνιοσ;ιουλιου|ιουλ|ιουλιοσ;αυγουστου|αυγ|αυγουστοσ;σεπτεμβριου|σεπ|σεπτεμβριοσ;οκτωβριου|οκτ|οκτωβριοσ;νοεμβριου|νοε|νοεμβριοσ;δεκεμβριου|δεκ|δεκεμβριοσ
afternoon:το μεσημερι|μεσημ|μεσημερι;am:π μ;evening:το απογευμα|απογ|απογευμα;morning:το πρωι|πρωι;night:το βραδυ|βραδυ;pm:μ μ
κυριακη|δευτερα|τριτη|τεταρτη|πεμπτη|παρασκευη|σαββατο|κυρ|δευ|τρι|τετ|πεμ|παρ|σαβ|κυ|δε|τρ|τε|πε|πα|σα
""",
    "en": """
january|jan;february|feb;march|mar;april|apr;may;june|jun;july|jul;august|aug;september|sep|sept;october|oct;november|nov;december|dec
afternoon:in the afternoon|afternoon;evening:in the evening|evening;midnight:midnight;morning:in the morning|morning;night:at night|night;noon:noon|midday
sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat|su|mo|tu|we|th|fr|sa
""",
    "eo": """
januaro|jan;februaro|feb;marto|mar;aprilo|apr;majo|maj;junio|jun;julio|jul;augusto|aug;septembro|sep;oktobro|okt;novembro|nov;decembro|dec
am:atm;pm:ptm
dimanco|lundo|mardo|merkredo|jaudo|vendredo|sabato|di|lu|ma|me|ja|ve|sa|la|a|de
""",
    "es": """
enero|ene;febrero|feb;marzo|mar;abril|abr;mayo|may;junio|jun;julio|jul;agosto|ago;septiembre|sept|sep|setiembre|set;octubre|oct;noviembre|nov;diciembre|dic
evening:de la tarde|tarde;morning:de la madrugada|de la manana|madrugada|manana;night:de la noche|noche;noon:del mediodia|mediodia
domingo|lunes|martes|miercoles|jueves|viernes|sabado|dom|lun|mar|mie|jue|vie|sab|do|lu|ma|mi|ju|vi|sa|de
""",
    "et": """
jaanuar|jaan;veebruar|veebr;marts;aprill|apr;mai;juuni;juuli;august|aug;september|sept;oktoober|okt;november|nov;detsember|dets
afternoon:parastlounal|parastlouna;evening:ohtul|ohtu;midnight:keskool|keskoo;morning:hommikul|hommik;night:oosel|oo;noon:keskpaeval|keskpaev
puhapaev|esmaspaev|teisipaev|kolmapaev|neljapaev|reede|laupaev|p|e|t|k|n|r|l
""",
    "eu": """
urtarrila|urtarrilaren|urt|urt ren;otsaila|otsailaren|ots|ots ren;martxoa|martxoaren|mar|mar ren;apirila|apirilaren|api|api ren;maiatza|maiatzaren|mai|mai ren;ekaina|ekainaren|eka|eka ren;uztaila|uztailaren|uzt|uzt ren;abuztua|abuztuaren|abu|abu ren;iraila|irailaren|ira|ira ren;urria|urriaren|urr|urr ren;azaroa|azaroaren|aza|aza ren;abendua|abenduaren|abe|abe ren
afternoon:eguerdiko|arratsaldeko|eguerd|arrats|eguerdia|arratsaldea;evening:iluntzeko|iluntz|iluntzea;midnight:gauerdia;morning:goizaldeko|goizeko|goizald|goizaldea|goiza|goiz;night:gaueko|gaua
igandea|astelehena|asteartea|asteazkena|osteguna|ostirala|larunbata|ig|al|ar|az|og|or|lr|e ko|ren|a|urteko
""",
    "fa": """
ژانويه|جنوري|جنو;فوريه|فبروري;مارس|مارچ;اوريل|اپريل;مه|مي;ژوين|جون;ژوييه|جولاي|جول;اوت|اگست;سپتامبر|سپتمبر;اكتبر|اكتوبر;نوامبر|نومبر;دسامبر|دسمبر|دسم
afternoon:بعدازظهر|عصر|ظهر|بعدازچاشت;am:قبلازظهر|ق ظ;morning:بامداد|صبح;night:شب|نيمهشب;pm:ب ظ
يكشنبه|دوشنبه|سهشنبه|چهارشنبه|پنجشنبه|جمعه|شنبه|1 ش|2 ش|3 ش|4 ش|5 ش|ج|ش|ساعت
""",
    "fi": """
tammikuuta|tammi|tammikuu;helmikuuta|helmi|helmikuu;maaliskuuta|maalis|maaliskuu;huhtikuuta|huhti|huhtikuu;toukokuuta|touko|toukokuu;kesakuuta|kesa|kesakuu;heinakuuta|heina|heinakuu;elokuuta|elo|elokuu;syyskuuta|syys|syyskuu;lokakuuta|loka|lokakuu;marraskuuta|marras|marraskuu;joulukuuta|joulu|joulukuu
afternoon:iltapaivalla|iltap|iltapaiva;am:ap;evening:illalla|ilta;midnight:keskiyolla|keskiyo;morning:aamulla|aamupaivalla|aamup|aamu|aamupaiva;night:yolla|yo;noon:keskipaivalla|keskip|keskipaiva;pm:ip
sunnuntaina|maanantaina|tiistaina|keskiviikkona|torstaina|perjantaina|lauantaina|su|ma|ti|ke|to|pe|la|sunnuntai|maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai
""",
    "fil": """
enero|ene;pebrero|peb;marso|mar;abril|abr;mayo|may;hunyo|hun;hulyo|hul;agosto|ago;setyembre|set;oktubre|okt;nobyembre|nob;disyembre|dis
afternoon:ng hapon|hapon;evening:ng gabi|gabi;midnight:hatinggabi;morning:ng umaga|madaling araw|umaga;noon:tanghaling tapat
linggo|lunes|martes|miyerkules|huwebes|biyernes|sabado|lin|lun|mar|miy|huw|biy|sab
""",
    "fo": """
januar|jan;februar|feb;mars|mar;april|apr;mai;juni|jun;juli|jul;august|aug;september|sep;oktober|okt;november|nov;desember|des

sunnudagur|manadagur|tysdagur|mikudagur|hosdagur|friggjadagur|leygardagur|sun|man|tys|mik|hos|fri|ley|su|ma|ty|mi|ho|fr|le
""",
    "fr": """
janvier|janv;fevrier|fevr;mars;avril|avr;mai;juin;juillet|juil|juill;aout;septembre|sept;octobre|oct;novembre|nov;decembre|dec
afternoon:de l apres midi|apres midi|ap m|de l ap m;evening:du soir|soir;midnight:minuit|min;morning:du matin|matin|mat|du mat;noon:midi
dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi|dim|lun|mar|mer|jeu|ven|sam|di|lu|ma|me|je|ve|sa
""",
    "fy": """
jannewaris|jan;febrewaris|feb;maart|mrt;april|apr;maaie|mai;juny|jun;july|jul;augustus|aug;septimber|sep;oktober|okt;novimber|nov;desimber|des

snein|moandei|tiisdei|woansdei|tongersdei|freed|sneon|si|mo|ti|wo|to|fr|so
""",
    "ga": """
eanair|ean;feabhra|feabh;marta;aibrean|aib;bealtaine|beal;meitheamh|meith;iuil;lunasa|lun;mean fomhair|mfomh;deireadh fomhair|dfomh;samhain|samh;nollaig|noll
am:r n;pm:i n
de domhnaigh|de luain|de mairt|de ceadaoin|deardaoin|de haoine|de sathairn|domh|luan|mairt|cead|dear|aoine|sath|do|lu|ma|ce|de|ao|sa
""",
    "gd": """
dhen fhaoilleach|faoi|am faoilleach;dhen ghearran|gearr|an gearran;dhen mhart|mart|am mart;dhen ghiblean|gibl|an giblean;dhen cheitean|ceit|an ceitean;dhen ogmhios|ogmh|an t ogmhios;dhen iuchar|iuch|an t iuchar;dhen lunastal|luna|an lunastal;dhen t sultain|sult|an t sultain;dhen damhair|damh|an damhair;dhen t samhain|samh|an t samhain;dhen dubhlachd|dubh|an dubhlachd
am:m;pm:f
didomhnaich|diluain|dimairt|diciadain|diardaoin|dihaoine|disathairne|did|dil|dim|dic|dia|dih|dis|do|lu|ma|ci|da|ha|sa|mh
""",
    "gl": """
xaneiro|xan;febreiro|feb;marzo|mar;abril|abr;maio;xuno;xullo|xul;agosto|ago;setembro|set;outubro|out;novembro|nov;decembro|dec
afternoon:do mediodia|mediodia;evening:da tarde|tarde;midnight:da noite|medianoite;morning:da madrugada|da mana|madrugada|mana;night:noite
domingo|luns|martes|mercores|xoves|venres|sabado|dom|mar|mer|xov|ven|sab|do|lu|ma|me|xo|ve|sa|de
""",
    "gu": """
જાન્યુઆરી|જાન્યુ;ફેબ્રુઆરી|ફેબ્રુ;માર્ચ;એપ્રિલ;મે;જૂન;જુલાઈ;ઑગસ્ટ;સપ્ટેમ્બર|સપ્ટે;ઑક્ટોબર|ઑક્ટો;નવેમ્બર|નવે;ડિસેમ્બર|ડિસે
afternoon:બપોરે|બપોર;evening:સાંજે|સાંજ;midnight:મધ્યરાત્રિ;morning:સવારે|સવાર;night:રાત્રે|રાત્રિ
રવિવાર|સોમવાર|મંગળવાર|બુધવાર|ગુરુવાર|શુક્રવાર|શનિવાર|રવિ|સોમ|મંગળ|બુધ|ગુરુ|શુક્ર|શનિ|ર|સો|મં|બુ|ગુ|શુ|શ
""",
    "ha": """
janairu|jan;faburairu|fab;maris|mar;afirilu|afi;mayu|may;yuni|yun;yuli|yul;agusta|agu;satumba|sat;oktoba|okt;nuwamba|nuw;disamba|dis
am:safiya|sf;pm:yamma|ym
lahadi|litinin|talata|laraba|alhamis|jumma a|asabar|lah|lit|tal|lar|alh|jum|asa|lh|li|ta|lr|al|ju|as
""",
    "he": """
ינואר|בינואר|ינו|בינו;פברואר|בפברואר|פבר|בפבר;מרץ|במרץ;אפריל|באפריל|אפר|באפר;מאי|במאי;יוני|ביוני;יולי|ביולי;אוגוסט|באוגוסט|אוג|באוג;ספטמבר|בספטמבר|ספט|בספט;אוקטובר|באוקטובר|אוק|באוק;נובמבר|בנובמבר|נוב|בנוב;דצמבר|בדצמבר|דצמ|בדצמ
afternoon:בצהריים|אחר הצהריים|צהריים|אחה צ;evening:בערב|ערב;midnight:חצות;morning:בבוקר|בוקר;night:בלילה|לפנות בוקר|לילה
יום ראשון|יום שני|יום שלישי|יום רביעי|יום חמישי|יום שישי|יום שבת|יום א|יום ב|יום ג|יום ד|יום ה|יום ו|שבת|א|ב|ג|ד|ה|ו|ש
""",
    "hi": """
जनवरी|जन;फ़रवरी|फ़र;मार्च;अप्रैल;मई;जून;जुलाई|जुल;अगस्त|अग;सितंबर|सित;अक्टूबर|अक्टू;नवंबर|नव;दिसंबर|दिस
afternoon:दोपहर;evening:शाम;midnight:मध्यरात्रि;morning:सुबह;night:रात
रविवार|सोमवार|मंगलवार|बुधवार|गुरुवार|शुक्रवार|शनिवार|रवि|सोम|मंगल|बुध|गुरु|शुक्र|शनि|र|सो|मं|बु|गु|शु|श
""",
    "hr": """
sijecnja|sij|sijecanj;veljace|velj|veljaca;ozujka|ozu|ozujak;travnja|tra|travanj;svibnja|svi|svibanj;lipnja|lip|lipanj;srpnja|srp|srpanj;kolovoza|kol|kolovoz;rujna|ruj|rujan;listopada|lis|listopad;studenoga|stu|studeni;prosinca|pro|prosinac
afternoon:poslije podne|popodne;evening:navecer;midnight:ponoc;morning:ujutro;night:nocu;noon:podne
nedjelja|ponedjeljak|utorak|srijeda|cetvrtak|petak|subota|ned|pon|uto|sri|cet|pet|sub
""",
    "hu": """
januar|jan;februar|febr;marcius|marc;aprilis|apr;majus|maj;junius|jun;julius|jul;augusztus|aug;szeptember|szept;oktober|okt;november|nov;december|dec
afternoon:delutan|du;am:de;evening:este;midnight:ejfel;morning:reggel|delelott;night:ejjel|hajnal;noon:del
vasarnap|hetfo|kedd|szerda|csutortok|pentek|szombat|v|h|k|sze|cs|p|szo
""",
    "hy": """
հունվարի|հնվ|հունվար;փետրվարի|փտվ|փետրվար;մարտի|մրտ|մարտ;ապրիլի|ապր|ապրիլ;մայիսի|մյս|մայիս;հունիսի|հնս|հունիս;հուլիսի|հլս|հուլիս;օգոստոսի|օգս|օգոստոս;սեպտեմբերի|սեպ|սեպտեմբեր;հոկտեմբերի|հոկ|հոկտեմբեր;նոյեմբերի|նոյ|նոյեմբեր;դեկտեմբերի|դեկ|դեկտեմբեր
afternoon:ցերեկվա|ցերեկը|ցերեկ;evening:երեկոյան|երեկո;midnight:կեսգիշերին|կեսգիշեր;morning:առավոտյան|առավոտ;night:գիշերվա|գիշերը|գիշեր;noon:կեսօրին|կեսօր
կիրակի|երկուշաբթի|երեքշաբթի|չորեքշաբթի|հինգշաբթի|ուրբաթ|շաբաթ|կիր|երկ|երք|չրք|հնգ|ուր|շբթ|կր|եկ|եք|չք|հգ|ու|շբ|թ
""",
    "id": """
januari|jan;februari|feb;maret|mar;april|apr;mei;juni|jun;juli|jul;agustus|agu;september|sep;oktober|okt;november|nov;desember|des
afternoon:siang;evening:sore;midnight:tengah malam;morning:pagi;night:malam;noon:tengah hari
minggu|senin|selasa|rabu|kamis|jumat|sabtu|min|sen|sel|rab|kam|jum|sab
""",
    "ig": """
jenuwari|jen;februwari|feb;maachi|maa;epreel|epr;mee;jun|juu;julai|jul;ogoost|ogo;septemba|sep;oktoba|okt;novemba|nov;disemba|dis
am:n ututu;pm:n abali
sondee|monde|tiuzdee|wenezdee|toozdee|fraidee|satodee|son|mon|tiu|wen|too|frai|sat
""",
    "is": """
januar|jan;februar|feb;mars|mar;april|apr;mai;juni|jun;juli|jul;agust|agu;september|sep;oktober|okt;november|nov;desember|des
afternoon:siðdegis|eftir hadegi;am:f h;evening:að kvoldi|kvold;midnight:miðnætti;morning:að morgni|morgunn;night:að nottu|nott;noon:hadegi;pm:e h
sunnudagur|manudagur|þriðjudagur|miðvikudagur|fimmtudagur|fostudagur|laugardagur|sun|man|þri|mið|fim|fos|lau|su|ma|þr|mi|fi|fo|la
""",
    "it": """
gennaio|gen;febbraio|feb;marzo|mar;aprile|apr;maggio|mag;giugno|giu;luglio|lug;agosto|ago;settembre|set;ottobre|ott;novembre|nov;dicembre|dic
afternoon:del pomeriggio|di pomeriggio|pomeriggio;evening:di sera|sera;midnight:mezzanotte;morning:di mattina|mattina;night:di notte|notte;noon:mezzogiorno
domenica|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|dom|lun|mar|mer|gio|ven|sab
""",
    "ja": """
1 月;2 月;3 月;4 月;5 月;6 月;7 月;8 月;9 月;10 月;11 月;12 月
afternoon:昼;am:午 前;evening:夕 方;midnight:真 夜 中;morning:朝;night:夜|夜 中;noon:正 午;pm:午 後
日 曜 日|月 曜 日|火 曜 日|水 曜 日|木 曜 日|金 曜 日|土 曜 日|日|月|火|水|木|金|土|年
""",
    "jv": """
januari|jan;februari|feb;maret|mar;april|apr;mei;juni|jun;juli|jul;agustus|agt;september|sep;oktober|okt;november|nov;desember|des

ahad|senin|selasa|rabu|kamis|jumat|sabtu|sen|sel|rab|kam|jum|sab
""",
    "ka": """
იანვარი|იან;თებერვალი|თებ;მარტი|მარ;აპრილი|აპრ;მაისი|მაი;ივნისი|ივნ;ივლისი|ივლ;აგვისტო|აგვ;სექტემბერი|სექ;ოქტომბერი|ოქტ;ნოემბერი|ნოე;დეკემბერი|დეკ
afternoon:ნაშუადღევს|ნაშუადღ|ნაშუადღევი;evening:საღამოს|საღ|საღამო;midnight:შუაღამეს|შუაღამე;morning:დილით|დილ|დილა;night:ღამით|ღამ|ღამე;noon:შუადღეს|შუადღ|შუადღე
კვირა|ორშაბათი|სამშაბათი|ოთხშაბათი|ხუთშაბათი|პარასკევი|შაბათი|კვი|ორშ|სამ|ოთხ|ხუთ|პარ|შაბ|კვ|ორ|სმ|ოთ|ხთ|პრ|შბ
""",
    "kk": """
қаңтар|қаң;ақпан|ақп;наурыз|нау;сәуір|сәу;мамыр|мам;маусым|мау;шілде|шіл;тамыз|там;қыркүиек|қыр;қазан|қаз;қараша|қар;желтоқсан|жел
afternoon:түстен кеиінгі|түстен кеиін;evening:кешкі|кеш;midnight:түн жарымы;morning:таңғы|таң;night:түнгі|түн;noon:түскі|талтүс
жексенбі|дүисенбі|сеисенбі|сәрсенбі|беисенбі|жұма|сенбі|жс|дс|сс|ср|бс|жм|сб|ж
""",
    "km": """
ម ក រ ា;ក ុ ម ្ ភ ៈ;ម ី ន ា;ម េ ស ា;ឧ ស ភ ា;ម ិ ថ ុ ន ា;ក ក ្ ក ដ ា;ស ី ហ ា;ក ញ ្ ញ ា;ត ុ ល ា;វ ិ ច ្ ឆ ិ ក ា;ធ ្ ន ូ
afternoon:ន ៅ ព េ ល រ ស ៀ ល|រ ស ៀ ល;evening:ន ៅ ព េ ល ល ្ ង ា ច|ល ្ ង ា ច;midnight:អ ធ ្ រ ា ត ្ រ;morning:ន ៅ ព េ ល ព ្ រ ឹ ក|ព ្ រ ឹ ក;night:ន ៅ ព េ ល យ ប ់|យ ប ់;noon:ថ ្ ង ៃ ត ្ រ ង ់
អ ា ទ ិ ត ្ យ|ច ័ ន ្ ទ|អ ង ្ គ ា រ|ព ុ ធ|ព ្ រ ហ ស ្ ប ត ិ ៍|ស ុ ក ្ រ|ស ៅ រ ៍|ច ន ្ ទ|ព ្ រ ហ|អ ា|ច|អ|ព ុ|ព ្ រ|ស ុ|ស
""",
    "kn": """
ಜನವರಿ|ಜನ;ಫೆಬ್ರವರಿ|ಫೆಬ್ರ;ಮಾರ್ಚ್;ಏಪ್ರಿಲ್|ಏಪ್ರಿ;ಮೇ;ಜೂನ್;ಜುಲೈ;ಆಗಸ್ಟ್|ಆಗ;ಸೆಪ್ಟೆಂಬರ್|ಸೆಪ್ಟೆಂ;ಅಕ್ಟೋಬರ್|ಅಕ್ಟೋ;ನವೆಂಬರ್|ನವೆಂ;ಡಿಸೆಂಬರ್|ಡಿಸೆಂ
afternoon:ಮಧ್ಯಾಹ್ನ;evening:ಸಂಜೆ;midnight:ಮಧ್ಯ ರಾತ್ರಿ|ಮಧ್ಯರಾತ್ರಿ;morning:ಬೆಳಗ್ಗೆ;night:ರಾತ್ರಿ
ಭಾನುವಾರ|ಸೋಮವಾರ|ಮಂಗಳವಾರ|ಬುಧವಾರ|ಗುರುವಾರ|ಶುಕ್ರವಾರ|ಶನಿವಾರ|ಭಾನು|ಸೋಮ|ಮಂಗಳ|ಬುಧ|ಗುರು|ಶುಕ್ರ|ಶನಿ
""",
    "ko": """
1 월;2 월;3 월;4 월;5 월;6 월;7 월;8 월;9 월;10 월;11 월;12 월
afternoon:오후;am:오전;evening:저녁;midnight:자정;morning:아침;night:밤;noon:정오
일요일|월요일|화요일|수요일|목요일|금요일|토요일|일|월|화|수|목|금|토|년
""",
    "ky": """
январь|янв;февраль|фев;март|мар;апрель|апр;маи;июнь|июн;июль|июл;август|авг;сентябрь|сен;октябрь|окт;ноябрь|ноя;декабрь|дек
afternoon:түштөн кииин;am:таңкы|тң;evening:кечинде|кечкурун;midnight:түн ортосу;morning:эртең менен;night:түн ичинде|түн;noon:чак түш;pm:түштөн кииинки|тк
жекшемби|дүишөмбү|шеишемби|шаршемби|беишемби|жума|ишемби|жек|дүи|шеиш|шарш|беиш|ишм|жш|дш|шш|шр|бш|жм|иш|ж
""",
    "lb": """
januar|jan;februar|feb;maerz|mae;abrell|abr;mee;juni|jun;juli|jul;august|aug;september|sep;oktober|okt;november|nov;dezember|dez
am:moies;pm:nomettes
sonndeg|meindeg|denschdeg|mettwoch|donneschdeg|freideg|samschdeg|son|mei|den|met|don|fre|sam|so|me|de|do|fr|sa
""",
    "lo": """
ມ ັ ງ ກ ອ ນ|ມ ກ;ກ ຸ ມ ພ າ|ກ ພ;ມ ີ ນ າ|ມ ນ;ເ ມ ສ າ|ມ ສ;ພ ຶ ດ ສ ະ ພ າ|ພ ພ;ມ ິ ຖ ຸ ນ າ|ມ ິ ຖ;ກ ໍ ລ ະ ກ ົ ດ|ກ ລ;ສ ິ ງ ຫ າ|ສ ຫ;ກ ັ ນ ຍ າ|ກ ຍ;ຕ ຸ ລ າ|ຕ ລ;ພ ະ ຈ ິ ກ|ພ ຈ;ທ ັ ນ ວ າ|ທ ວ
afternoon:ຕ ອ ນ ບ ່ າ ຍ|ສ ວ າ ຍ;am:ກ ່ ອ ນ ທ ່ ຽ ງ;evening:ຕ ອ ນ ແ ລ ງ|ແ ລ ງ;midnight:ທ ່ ຽ ງ ຄ ື ນ;morning:ຕ ອ ນ ເ ຊ ົ ້ າ|ເ ຊ ົ ້ າ;night:ຕ ອ ນ ກ າ ງ ຄ ື ນ|ກ າ ງ ຄ ື ນ;noon:ຕ ອ ນ ທ ່ ຽ ງ|ທ ່ ຽ ງ;pm:ຫ ຼ ັ ງ ທ ່ ຽ ງ
ວ ັ ນ ອ າ ທ ິ ດ|ວ ັ ນ ຈ ັ ນ|ວ ັ ນ ອ ັ ງ ຄ າ ນ|ວ ັ ນ ພ ຸ ດ|ວ ັ ນ ພ ະ ຫ ັ ດ|ວ ັ ນ ສ ຸ ກ|ວ ັ ນ ເ ສ ົ າ|ອ າ ທ ິ ດ|ຈ ັ ນ|ອ ັ ງ ຄ າ ນ|ພ ຸ ດ|ພ ະ ຫ ັ ດ|ສ ຸ ກ|ເ ສ ົ າ|ອ າ|ຈ|ອ|ພ|ພ ຫ|ສ ຸ|ສ
""",
    "lt": """
sausio|saus|sausis;vasario|vas|vasaris;kovo|kov|kovas;balandzio|bal|balandis;geguzes|geg|geguze;birzelio|birz|birzelis;liepos|liep|liepa;rugpjucio|rugp|rugpjutis;rugsejo|rugs|rugsejis;spalio|spal|spalis;lapkricio|lapkr|lapkritis;gruodzio|gruod|gruodis
afternoon:popiete|diena;am:priespiet;evening:vakaras;midnight:vidurnaktis;morning:rytas;night:naktis;noon:perpiet|vidurdienis;pm:popiet
sekmadienis|pirmadienis|antradienis|treciadienis|ketvirtadienis|penktadienis|sestadienis|sk|pr|an|tr|kt|pn|st|m|d
""",
    "lv": """
janvaris|janv;februaris|febr;marts;aprilis|apr;maijs;junijs|jun;julijs|jul;augusts|aug;septembris|sept;oktobris|okt;novembris|nov;decembris|dec
afternoon:pecpusdiena|pecpusd;am:priekspusdiena|prieksp;evening:vakara|vakars;midnight:pusnakti|pusnakts;morning:no rita|rits;night:nakti|nakts;noon:pusdienlaika|pusd|pusdienlaiks;pm:pecp
svetdiena|pirmdiena|otrdiena|tresdiena|ceturtdiena|piektdiena|sestdiena|svetd|pirmd|otrd|tresd|ceturtd|piektd|sestd|sv|pr|ot|tr|ce|pk|se|gada|g
""",
    "mg": """
janoary|jan;febroary|feb;martsa|mar;aprily|apr;mey;jona|jon;jolay|jol;aogositra|aog;septambra|sep;oktobra|okt;novambra|nov;desambra|des

alahady|alatsinainy|talata|alarobia|alakamisy|zoma|asabotsy|alah|alats|tal|alar|alak|zom|asab
""",
    "mk": """
јануари|јан;февруари|фев;март|мар;април|апр;мај;јуни|јун;јули|јул;август|авг;септември|сеп;октомври|окт;ноември|ное;декември|дек
afternoon:попладне;am:претпл;evening:навечер|вечер;midnight:полнок;morning:наутро|претпладне|утро;night:ноке|нок;noon:напладне|пладне;pm:попл
недела|понеделник|вторник|среда|четврток|петок|сабота|нед|пон|вто|сре|чет|пет|саб|г
""",
    "ml": """
ജനുവരി|ജനു;ഫെബ്രുവരി|ഫെബ്രു;മാർച്ച്|മാർ;ഏപ്രിൽ|ഏപ്രി;മേയ്;ജൂൺ;ജൂലൈ;ഓഗസ്റ്റ്|ഓഗ;സെപ്റ്റംബർ|സെപ്റ്റം;ഒക്ടോബർ|ഒക്ടോ;നവംബർ|നവം;ഡിസംബർ|ഡിസം
afternoon:ഉച്ചയ്ക്ക്|ഉച്ചതിരിഞ്ഞ്;evening:വൈകുന്നേരം|സന്ധ്യ;midnight:അർദ്ധരാത്രി;morning:പുലർച്ചെ|രാവിലെ;night:രാത്രി;noon:ഉച്ച
ഞായറാഴ്ച|തിങ്കളാഴ്ച|ചൊവ്വാഴ്ച|ബുധനാഴ്ച|വ്യാഴാഴ്ച|വെള്ളിയാഴ്ച|ശനിയാഴ്ച|ഞായർ|തിങ്കൾ|ചൊവ്വ|ബുധൻ|വ്യാഴം|വെള്ളി|ശനി|ഞാ|തി|ചൊ|ബു|വ്യാ|വെ|ശ
""",
    "mn": """
нэгдүгээр сар|нэгдүгээр сарын|1 р сар|1 р сарын;хоердугаар сар|хоердугаар сарын|2 р сар|2 р сарын;гуравдугаар сар|гуравдугаар сарын|3 р сар|3 р сарын;дөрөвдүгээр сар|дөрөвдүгээр сарын|4 р сар|4 р сарын;тавдугаар сар|тавдугаар сарын|5 р сар|5 р сарын;зургаадугаар сар|зургаадугаар сарын|6 р сар|6 р сарын;долоодугаар сар|долоодугаар сарын|7 р сар|7 р сарын;наимдугаар сар|наимдугаар сарын|8 р сар|8 р сарын;есдүгээр сар|есдүгээр сарын|9 р сар|9 р сарын;аравдугаар сар|аравдугаар сарын|10 р сар|10 р сарын;арван нэгдүгээр сар|арван нэгдүгээр сарын|11 р сар|11 р сарын;арван хоердугаар сар|арван хоердугаар сарын|12 р сар|12 р сарын
afternoon:өдөр;am:ү ө;evening:орои;midnight:шөнө дунд;morning:өглөө;night:шөнө;noon:үд дунд;pm:ү х
ням|даваа|мягмар|лхагва|пүрэв|баасан|бямба|ня|да|мя|лх|пү|ба|бя|оны|ын|гараг
""",
    "mr": """
जानेवारी|जाने;फेब्रुवारी|फेब्रु;मार्च;एप्रिल|एप्रि;मे;जून;जुलै;ऑगस्ट|ऑग;सप्टेंबर|सप्टें;ऑक्टोबर|ऑक्टो;नोव्हेंबर|नोव्हें;डिसेंबर|डिसें
afternoon:दुपार;evening:संध्याकाळ;midnight:मध्यरात्र;morning:पहाट|सकाळ;night:रात्र;noon:मध्यान्ह
रविवार|सोमवार|मंगळवार|बुधवार|गुरुवार|शुक्रवार|शनिवार|रवि|सोम|मंगळ|बुध|गुरु|शुक्र|शनि|र|सो|मं|बु|गु|शु|श
""",
    "ms": """
januari|jan;februari|feb;mac;april|apr;mei;jun;julai|jul;ogos|ogo;september|sep;oktober|okt;november|nov;disember|dis
afternoon:tengah hari;am:pg;evening:petang;morning:tengah malam|pagi;night:malam;pm:ptg
ahad|isnin|selasa|rabu|khamis|jumaat|sabtu|ahd|isn|sel|rab|kha|jum|sab|ah|is|se|ra|kh|ju|sa
""",
    "mt": """
jannar|jan;frar|fra;marzu|mar;april|apr;mejju|mej;gunju|gun;lulju|lul;awwissu|aww;settembru|set;ottubru|ott;novembru|nov;dicembru|dic

il ħadd|it tnejn|it tlieta|l erbgħa|il ħamis|il gimgħa|is sibt|ħad|tne|tli|erb|ħam|gim|sib|ta
""",
    "my": """
ဇ န ် န ဝ ါ ရ ီ|ဇ န ်;ဖ ေ ဖ ေ ာ ် ဝ ါ ရ ီ|ဖ ေ;မ တ ်;ဧ ပ ြ ီ|ဧ;မ ေ;ဇ ွ န ်;ဇ ူ လ ိ ု င ်|ဇ ူ;ဩ ဂ ု တ ်|ဩ;စ က ် တ င ် ဘ ာ|စ က ်;အ ေ ာ က ် တ ိ ု ဘ ာ|အ ေ ာ က ်;န ိ ု ဝ င ် ဘ ာ|န ိ ု;ဒ ီ ဇ င ် ဘ ာ|ဒ ီ
afternoon:န ေ ့ လ ယ ်;am:န ံ န က ်;evening:ည န ေ;midnight:သ န ် း ခ ေ ါ င ် ယ ံ;night:ည;noon:မ ွ န ် း တ ည ့ ်
တ န င ် ္ ဂ န ွ ေ|တ န င ် ္ လ ာ|အ င ် ္ ဂ ါ|ဗ ု ဒ ္ ဓ ဟ ူ း|က ြ ာ သ ပ တ ေ း|သ ေ ာ က ြ ာ|စ န ေ|န ွ ေ|လ ာ|ဂ ါ|ဟ ူ း|တ ေ း|က ြ ာ|န ေ
""",
    "ne": """
जनवरी;फेब्रुअरी;मार्च;अप्रिल;मे;जुन;जुलाई;अगस्ट;सेप्टेम्बर;अक्टोबर;नोभेम्बर;डिसेम्बर
afternoon:अपरान्ह|साँझ;am:पूर्वाह्न;evening:बेलुकी;midnight:मध्यरात;morning:बिहान;night:रात;noon:मध्यान्ह;pm:अपराह्न
आइतबार|सोमबार|मङ्गलबार|बुधबार|बिहिबार|शुक्रबार|शनिबार|आइत|सोम|मङ्गल|बुध|बिहि|शुक्र|शनि
""",
    "nl": """
januari|jan;februari|feb;maart|mrt;april|apr;mei;juni|jun;juli|jul;augustus|aug;september|sep;oktober|okt;november|nov;december|dec
afternoon:s middags|middag;evening:s avonds|avond;midnight:middernacht;morning:s ochtends|ochtend;night:s nachts|nacht
zondag|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zo|ma|di|wo|do|vr|za
""",
    "no": """
januar|jan;februar|feb;mars|mar;april|apr;mai;juni|jun;juli|jul;august|aug;september|sep;oktober|okt;november|nov;desember|des
afternoon:pa ettermiddagen|etterm|ettermiddag;am:f m;evening:pa kvelden|kveld;midnight:midnatt|midn;morning:pa morgenen|pa formiddagen|morg|form|morgen|formiddag|pa morgonen|morgon;night:pa natten|natt|pa natta;pm:e m
sondag|mandag|tirsdag|onsdag|torsdag|fredag|lordag|son|man|tir|ons|tor|fre|lor|so|ma|ti|on|to|fr|lo|tysdag|laurdag|ty|la|kl
""",
    "oc": """
de genier|gen|genier;de febrier|feb|febrier;de marc|marc;d abril|abr|abril;de mai|mai;de junh|junh;de julhet|jul|julhet;d agost|ago|agost;de setembre|set|setembre;d octobre|oct|octobre;de novembre|nov|novembre;de decembre|dec|decembre

dimenge|diluns|dimars|dimecres|dijous|divendres|dissabte|dg|dl|dm|dc|dj|dv|ds|de|a
""",
    "or": """
ଜାନୁଆରୀ;ଫେବୃଆରୀ;ମାର୍ଚ୍ଚ;ଅପ୍ରେଲ;ମଇ;ଜୁନ;ଜୁଲାଇ;ଅଗଷ୍ଟ;ସେପ୍ଟେମ୍ବର;ଅକ୍ଟୋବର;ନଭେମ୍ବର;ଡିସେମ୍ବର

ରବିବାର|ସୋମବାର|ମଙ୍ଗଳବାର|ବୁଧବାର|ଗୁରୁବାର|ଶୁକ୍ରବାର|ଶନିବାର|ରବି|ସୋମ|ମଙ୍ଗଳ|ବୁଧ|ଗୁରୁ|ଶୁକ୍ର|ଶନି
""",
    "pa": """
ਜਨਵਰੀ|ਜਨ;ਫ਼ਰਵਰੀ|ਫ਼ਰ;ਮਾਰਚ;ਅਪ੍ਰੈਲ|ਅਪ੍ਰੈ;ਮਈ;ਜੂਨ;ਜੁਲਾਈ|ਜੁਲਾ;ਅਗਸਤ|ਅਗ;ਸਤੰਬਰ|ਸਤੰ;ਅਕਤੂਬਰ|ਅਕਤੂ;ਨਵੰਬਰ|ਨਵੰ;ਦਸੰਬਰ|ਦਸੰ
afternoon:ਦੁਪਹਿਰੇ;evening:ਸ਼ਾਮੀਂ|ਸ਼ਾਮ;midnight:ਅੱਧੀ ਰਾਤ;morning:ਸਵੇਰੇ;night:ਰਾਤੀਂ|ਰਾਤ
ਐਤਵਾਰ|ਸੋਮਵਾਰ|ਮੰਗਲਵਾਰ|ਬੁੱਧਵਾਰ|ਵੀਰਵਾਰ|ਸ਼ੁੱਕਰਵਾਰ|ਸ਼ਨੀਵਾਰ|ਐਤ|ਸੋਮ|ਮੰਗਲ|ਬੁੱਧ|ਵੀਰ|ਸ਼ੁੱਕਰ|ਸ਼ਨੀ|ਮੰਗ|ਸ਼ੁੱਕ
""",
    "pl": """
stycznia|sty|styczen;lutego|lut|luty;marca|mar|marzec;kwietnia|kwi|kwiecien;maja|maj;czerwca|cze|czerwiec;lipca|lip|lipiec;sierpnia|sie|sierpien;wrzesnia|wrz|wrzesien;pazdziernika|paz|pazdziernik;listopada|lis|listopad;grudnia|gru|grudzien
afternoon:po poludniu|popoludnie;evening:wieczorem|wieczor;midnight:o polnocy|polnoc;morning:rano|przed poludniem|przedpoludnie;night:w nocy|noc;noon:w poludnie|poludnie
niedziela|poniedzialek|wtorek|sroda|czwartek|piatek|sobota|niedz|pon|wt|sr|czw|pt|sob|nie|wto|sro|pia
""",
    "ps": """
جنوري;فبروري|فيبروري;مارچ;اپريل;مۍ;جون;جولاي;اګست;سيپتمبر|سپتمبر;اكتوبر;نومبر;دسمبر
am:ع م|غ م;pm:غ و
يكشنبه|دوشنبه|سه شنبه|چهارشنبه|پنج شنبه|جمعه|اونۍ|شنبه|ي|د|س|چ|پ|ج|ش
""",
    "pt": """
janeiro|jan;fevereiro|fev;marco|mar;abril|abr;maio|mai;junho|jun;julho|jul;agosto|ago;setembro|set;outubro|out;novembro|nov;dezembro|dez
afternoon:da tarde|tarde;evening:da noite|noite;midnight:meia noite;morning:da manha|manha;night:da madrugada|madrugada;noon:meio dia
domingo|segunda feira|terca feira|quarta feira|quinta feira|sexta feira|sabado|dom|seg|ter|qua|qui|sex|sab|segunda|terca|quarta|quinta|sexta|de
""",
    "rm": """
da schaner|schan|schaner;da favrer|favr|favrer;da mars|mars;d avrigl|avr|avrigl;da matg|matg;da zercladur|zercl|zercladur;da fanadur|fan|fanadur;d avust|avust;da settember|sett|settember;d october|oct|october;da november|nov|november;da december|dec|december

dumengia|glindesdi|mardi|mesemna|gievgia|venderdi|sonda|du|gli|ma|me|gie|ve|so|ils
""",
    "ro": """
ianuarie|ian;februarie|feb;martie|mar;aprilie|apr;mai;iunie|iun;iulie|iul;august|aug;septembrie|sept;octombrie|oct;noiembrie|nov;decembrie|dec
afternoon:dupa amiaza;evening:seara;midnight:la miezul noptii|miezul noptii;morning:dimineata;night:noaptea;noon:la amiaza|amiaza
duminica|luni|marti|miercuri|joi|vineri|sambata|dum|lun|mar|mie|vin|sam|du|lu|ma|mi|vi|sa
""",
    "ru": """
января|янв|январь;февраля|февр|февраль;марта|мар|март;апреля|апр|апрель;мая|маи;июня|июн|июнь;июля|июл|июль;августа|авг|август;сентября|сент|сентябрь;октября|окт|октябрь;ноября|нояб|ноябрь;декабря|дек|декабрь
afternoon:дня|день;evening:вечера|вечер|веч;midnight:полночь|полн;morning:утра|утро;night:ночи|ночь;noon:полдень|полд
воскресенье|понедельник|вторник|среда|четверг|пятница|суббота|вс|пн|вт|ср|чт|пт|сб|г
""",
    "rw": """
mutarama|mut;gashyantare|gas;werurwe|wer;mata|mat;gicurasi|gic;kamena|kam;nyakanga|nya;kanama|kan;nzeri|nze;ukwakira|ukw;ugushyingo|ugu;ukuboza|uku

ku cyumweru|kuwa mbere|kuwa kabiri|kuwa gatatu|kuwa kane|kuwa gatanu|kuwa gatandatu|cyu|mbe|kab|gtu|kan|gnu|gnd
""",
    "se": """
oddajagemannu|oddj;guovvamannu|guov;njukcamannu|njuk;cuoŋomannu|cuo;miessemannu|mies;geassemannu|geas;suoidnemannu|suoi;borgemannu|borg;cakcamannu|cakc;golggotmannu|golg;skabmamannu|skab;juovlamannu|juov
am:iditbeaivet|i b|iditbeaivi;pm:eahketbeaivet|e b|eahketbeaivi
sotnabeaivi|vuossarga|maŋŋebarga|gaskavahkku|duorasdat|bearjadat|lavvardat|sotn|vuos|maŋ|gask|duor|bear|lav
""",
    "si": """
දුරුතු;නවම්;මැදින්;බක්;වෙසක්;පොසොන්;ඇසළ;නිකිණි;බිනර;වප්;ඉල්;උඳුවප්
afternoon:දවල්;am:පෙ ව;evening:හවස;midnight:මැදියම;morning:පාන්දර|උදේ;night:රෑ|මැදියමට පසු;noon:මධ්යාහ්නය;pm:ප ව
ඉරිදා|සඳුදා|අඟහරුවාදා|බදාදා|බ්රහස්පතින්දා|සිකුරාදා|සෙනසුරාදා|අඟහ|බ්රහස්|සිකු|සෙන|ඉරි|සඳු|අඟ|බදා|බ්රහ
""",
    "sk": """
januara|jan|januar;februara|feb|februar;marca|mar|marec;aprila|apr|april;maja|maj;juna|jun;jula|jul;augusta|aug|august;septembra|sep|september;oktobra|okt|oktober;novembra|nov|november;decembra|dec|december
afternoon:popoludni|popol|popoludnie;evening:vecer;midnight:o polnoci|o poln|polnoc|poln;morning:rano|dopoludnia|dopol|dopoludnie;night:v noci|noc;noon:napoludnie|napol|poludnie|pol
nedela|pondelok|utorok|streda|stvrtok|piatok|sobota|ne|po|ut|st|pi|so
""",
    "sl": """
januar|jan;februar|feb;marec|mar;april|apr;maj;junij|jun;julij|jul;avgust|avg;september|sep;oktober|okt;november|nov;december|dec
afternoon:popoldan|pop|popoldne;am:dop|dopoldne;evening:zvecer|zvec|vecer|vec;midnight:opolnoci|opoln|polnoc|poln;morning:zjutraj|dopoldan|zjut|jutro|jut;night:ponoci|noc;noon:opoldne|opold|poldne|pold
nedelja|ponedeljek|torek|sreda|cetrtek|petek|sobota|ned|pon|tor|sre|cet|pet|sob
""",
    "so": """
janaayo|jan|jannaayo;febraayo|feb;maarso|mar;abriil|abr;maayo|may;juun|jun;luulyo|lul;agosto|ogs|ogosto;sebtembar|seb|sebteembar;oktoobar|okt;noofeembar|nof;diseembar|dis
am:gh;pm:gd
axad|isniin|talaado|arbaco|khamiis|jimco|sabti|axd|isn|tldo|arbc|khms|jmc|sbti
""",
    "sq": """
janar|jan;shkurt|shk;mars|mar;prill|pri;maj;qershor|qer;korrik|korr;gusht|gush;shtator|sht;tetor|tet;nentor|nen;dhjetor|dhj
am:e paradites|p d|paradite;evening:e mbremjes|mbremje;midnight:e mesnates|mesnate;morning:e mengjesit|mengjes;night:e nates|nate;noon:e mesdites|mesdite;pm:e pasdites|m d|pasdite
e diel|e hene|e marte|e merkure|e enjte|e premte|e shtune|die|hen|mar|mer|enj|pre|sht
""",
    "sr": """
јануар|јан|januar|jan;фебруар|феб|februar|feb;март|мар|mart|mar;април|апр|april|apr;мај|maj;јун|jun;јул|jul;август|авг|avgust|avg;септембар|сеп|septembar|sep;октобар|окт|oktobar|okt;новембар|нов|novembar|nov;децембар|дец|decembar|dec
afternoon:по подне|поподне|po podne|popodne;am:прије подне|prije podne;evening:увече|вече|uvece|vece;midnight:поноћ|ponoc;morning:ујутру|јутро|ujutru|jutro;night:ноћу|ноћ|nocu|noc;noon:подне|podne
недеља|понедељак|уторак|среда|четвртак|петак|субота|нед|пон|уто|сре|чет|пет|суб|не|по|ут|ср|че|пе|су|nedelja|ponedeljak|utorak|sreda|cetvrtak|petak|subota|ned|pon|uto|sre|cet|pet|sub|ne|po|ut|sr|ce|pe|su|недјеља|понедјељак|сриједа|сри|nedjelja|ponedjeljak|srijeda|sri
""",
    "sv": """
januari|jan;februari|feb;mars;april|apr;maj;juni;juli;augusti|aug;september|sep;oktober|okt;november|nov;december|dec
afternoon:pa eftermiddagen|pa efterm|eftermiddag|efterm;am:fm;evening:pa kvallen|kvall;midnight:midnatt;morning:pa morgonen|pa formiddagen|pa morg|pa form|morgon|formiddag|form;night:pa natten|natt;pm:em
sondag|mandag|tisdag|onsdag|torsdag|fredag|lordag|son|man|tis|ons|tors|fre|lor|so|ma|ti|on|to|fr|lo
""",
    "sw": """
januari|jan;februari|feb;machi|mac;aprili|apr;mei;juni|jun;julai|jul;agosti|ago;septemba|sep;oktoba|okt;novemba|nov;desemba|des
afternoon:mchana|alasiri;evening:jioni;midnight:saa sita za usiku;morning:alfajiri|asubuhi;night:usiku;noon:saa sita za mchana|adhuhuri
jumapili|jumatatu|jumanne|jumatano|alhamisi|ijumaa|jumamosi
""",
    "ta": """
ஜனவரி|ஜன;பிப்ரவரி|பிப்;மார்ச்|மார்;ஏப்ரல்|ஏப்;மே;ஜூன்;ஜூலை;ஆகஸ்ட்|ஆக;செப்டம்பர்|செப்;அக்டோபர்|அக்;நவம்பர்|நவ;டிசம்பர்|டிச
afternoon:மதியம்|பிற்பகல்;evening:மாலை|அந்தி மாலை;midnight:நள்ளிரவு;morning:அதிகாலை|காலை;night:இரவு;noon:நண்பகல்
ஞாயிறு|திங்கள்|செவ்வாய்|புதன்|வியாழன்|வெள்ளி|சனி|ஞாயி|திங்|செவ்|புத|வியா|வெள்|ஞா|தி|செ|பு|வி|வெ|ச
""",
    "te": """
జనవరి|జన;ఫిబ్రవరి|ఫిబ్ర;మార్చి;ఏప్రిల్|ఏప్రి;మే;జూన్;జులై;ఆగస్టు|ఆగ;సెప్టెంబర్|సెప్టెం;అక్టోబర్|అక్టో;నవంబర్|నవం;డిసెంబర్|డిసెం
afternoon:మధ్యాహ్నం;evening:సాయంత్రం;midnight:అర్ధరాత్రి;morning:ఉదయం;night:రాత్రి
ఆదివారం|సోమవారం|మంగళవారం|బుధవారం|గురువారం|శుక్రవారం|శనివారం|ఆది|సోమ|మంగళ|బుధ|గురు|శుక్ర|శని|మం
""",
    "tg": """
январ|янв;феврал|фев;март|мар;апрел|апр;маи;июн;июл;август|авг;сентябр|сен;октябр|окт;ноябр|ноя;декабр|дек

якшанбе|душанбе|сешанбе|чоршанбе|панҷшанбе|ҷумъа|шанбе|яшб|дшб|сшб|чшб|пшб|ҷмъ|шнб
""",
    "th": """
ม ก ร า ค ม|ม ค;ก ุ ม ภ า พ ั น ธ ์|ก พ;ม ี น า ค ม|ม ี ค;เ ม ษ า ย น|เ ม ย;พ ฤ ษ ภ า ค ม|พ ค;ม ิ ถ ุ น า ย น|ม ิ ย;ก ร ก ฎ า ค ม|ก ค;ส ิ ง ห า ค ม|ส ค;ก ั น ย า ย น|ก ย;ต ุ ล า ค ม|ต ค;พ ฤ ศ จ ิ ก า ย น|พ ย;ธ ั น ว า ค ม|ธ ค
afternoon:ใ น ต อ น บ ่ า ย|บ ่ า ย|ต อ น บ ่ า ย;am:ก ่ อ น เ ท ี ่ ย ง;evening:ใ น ต อ น เ ย ็ น|ค ่ ํ า|ต อ น เ ย ็ น;midnight:เ ท ี ่ ย ง ค ื น;morning:ใ น ต อ น เ ช ้ า|ต อ น เ ช ้ า;night:ก ล า ง ค ื น;noon:เ ท ี ่ ย ง;pm:ห ล ั ง เ ท ี ่ ย ง
ว ั น อ า ท ิ ต ย ์|ว ั น จ ั น ท ร ์|ว ั น อ ั ง ค า ร|ว ั น พ ุ ธ|ว ั น พ ฤ ห ั ส บ ด ี|ว ั น ศ ุ ก ร ์|ว ั น เ ส า ร ์|อ า ท ิ ต ย ์|จ ั น ท ร ์|อ ั ง ค า ร|พ ุ ธ|พ ฤ ห ั ส|ศ ุ ก ร ์|เ ส า ร ์|อ า|จ|อ|พ|พ ฤ|ศ|ส|ท ี ่
""",
    "ti": """
ጥሪ;ለካቲት|ለካ;መጋቢት|መጋ;ሚያዝያ|ሚያ;ጉንበት|ግን;ሰነ;ሓምለ|ሓም;ነሓሰ|ነሓ;መስከረም|መስ;ጥቅምቲ|ጥቅ;ሕዳር|ሕዳ;ታሕሳስ|ታሕ
am:ቅ ቀ;pm:ድ ቀ
ሰንበት|ሰኑይ|ሰሉስ|ረቡዕ|ሓሙስ|ዓርቢ|ቀዳም|ሰን|ሰኑ|ሰሉ|ረቡ|ሓሙ|ዓር|ቀዳ
""",
    "tk": """
yanwar|yan;fewral|few;mart|mar;aprel|apr;may;iyun;iyul;awgust|awg;sentyabr|sen;oktyabr|okt;noyabr|noy;dekabr|dek
am:gunortadan on|go on|g on;pm:gunortadan son|go son|g son
yeksenbe|dusenbe|sisenbe|carsenbe|pensenbe|anna|senbe|yek|dus|sis|car|pen|ann|sen|yb|db|sb|cb|pb|an
""",
    "tr": """
ocak|oca;subat|sub;mart|mar;nisan|nis;mayis|may;haziran|haz;temmuz|tem;agustos|agu;eylul|eyl;ekim|eki;kasim|kas;aralik|ara
afternoon:ogleden sonra|aksamustu;am:oo;evening:aksam;midnight:gece yarisi;morning:sabah|ogleden once;night:gece;noon:ogle;pm:os
pazar|pazartesi|sali|carsamba|persembe|cuma|cumartesi|paz|pzt|sal|car|per|cum|cmt|pa|pt|sa|ca|pe|cu|ct
""",
    "ug": """
يانۋار;فيۋرال;مارت;ياپريل;ماي;يييۇن;يييۇل;ياۋغۇست;سينتهبير;يۆكتهبير;نويابير;ديكابير
am:چۈشتين بۇرۇن|چ ب;pm:چۈشتين كييين|چ ك
يهكشهنبه|دۈشهنبه|سهيشهنبه|چارشهنبه|پهيشهنبه|جۈمه|شهنبه|يه|دۈ|سه|چا|په|جۈ|شه|ي|د|س|چ|پ|ج|ش
""",
    "uk": """
січня|січ|січень;лютого|лют|лютии;березня|бер|березень;квітня|квіт|квітень;травня|трав|травень;червня|черв|червень;липня|лип|липень;серпня|серп|серпень;вересня|вер|вересень;жовтня|жовт|жовтень;листопада|лист|листопад;грудня|груд|грудень
afternoon:дня|день;am:дп;evening:вечора|вечір;midnight:ночі|північ;morning:ранку|ранок;night:ніч;noon:полудень;pm:пп
неділя|понеділок|вівторок|середа|четвер|п ятниця|субота|нд|пн|вт|ср|чт|пт|сб|р
""",
    "ur": """
جنوري;فروري;مارچ;اپريل;ميي;جون;جولايي;اگست;ستمبر;اكتوبر;نومبر;دسمبر
afternoon:دوپہر ميں|سہ پہر|دوپہر;evening:شام ميں|شام;midnight:ادھي رات;morning:صبح ميں|صبح;night:رات ميں|رات
اتوار|پير|منگل|بدھ|جمعرات|جمعہ|ہفتہ
""",
    "uz": """
yanvar|yan|январ|янв;fevral|fev|феврал|фев;mart|mar|март|мар;aprel|apr|апрел|апр;may|маи;iyun|iyn|июн;iyul|iyl|июл;avgust|avg|август|авг;sentabr|sen|сентябр|сен;oktabr|okt|октябр|окт;noyabr|noy|ноябр|ноя;dekabr|dek|декабр|дек
afternoon:kunduzi|кундузи;am:to|то;evening:kechqurun|кечқурун;midnight:yarim tun|ярим тун;morning:ertalab|эрталаб;night:kechasi|кечаси;noon:tush payti|туш паити;pm:tk|тк
yakshanba|dushanba|seshanba|chorshanba|payshanba|juma|shanba|yak|dush|sesh|chor|pay|jum|shan|ya|du|se|ch|pa|ju|sh|якшанба|душанба|сешанба|чоршанба|паишанба|жума|шанба|якш|душ|сеш|чор|паи|жум|шан|як|ду|се|чо|па|жу|ша
""",
    "vi": """
thang 1|thg 1;thang 2|thg 2;thang 3|thg 3;thang 4|thg 4;thang 5|thg 5;thang 6|thg 6;thang 7|thg 7;thang 8|thg 8;thang 9|thg 9;thang 10|thg 10;thang 11|thg 11;thang 12|thg 12
afternoon:chieu;am:sa;evening:toi;midnight:nua dem;morning:sang;night:dem;noon:trua|tr;pm:ch
chu nhat|thu hai|thu ba|thu tu|thu nam|thu sau|thu bay|cn|thu 2|thu 3|thu 4|thu 5|thu 6|thu 7|t 2|t 3|t 4|t 5|t 6|t 7
""",
    "wo": """
samwiyee|sam;fewriyee|few;mars|mar;awril|awr;mee;suwe|suw;sulet|sul;ut;sattumbar|sat;oktoobar|okt;nowambar|now;desambar|des
am:sub;pm:ngo
dibeer|altine|talaata|alarba|alxamis|ajjuma|aseer|dib|alt|tal|ala|alx|ajj|ase
""",
    "xh": """
janyuwari|jan;februwari|feb;matshi|mat;epreli|epr;meyi|mey;juni|jun;julayi|jul;agasti|aga;septemba|sept|sep;okthobha|okt|okthoba;novemba|nov;disemba|dis

cawe|mvulo|lwesibini|lwesithathu|lwesine|lwesihlanu|mgqibelo|caw|mvu|lwesb|tha|sin|hla|mgq|bin
""",
    "yi": """
יאנואר|יאנ;פעברואר|פעב;מערץ;אפריל|אפר;מיי;יוני;יולי;אויגוסט|אויג;סעפטעמבער|סעפ;אקטאבער|אקט;נאוועמבער|נאוו;דעצעמבער|דעצ
am:פארמיטאג;pm:נאכמיטאג
זונטיק|מאנטיק|דינסטיק|מיטוואך|דאנערשטיק|פרײטיק|שבת|טן|דעם
""",
    "yo": """
osu sere;osu erele;osu erena;osu igbe;osu ebibi;osu okudu;osu agemo;osu ogun;osu owewe;osu owara;osu belu;osu ope
am:aaro;pm:osan
ojo aiku|ojo aje|ojo isegun|ojoru|ojobo|ojo eti|ojo abameta|aiku|aje|isegun|eti|abameta
""",
    "zh": """
一 月|1 月;二 月|2 月;三 月|3 月;四 月|4 月;五 月|5 月;六 月|6 月;七 月|7 月;八 月|8 月;九 月|9 月;十 月|10 月;十 一 月|11 月;十 二 月|12 月
afternoon:中 午|下 午;evening:晚 上;midnight:午 夜;morning:清 晨|上 午|早 上;night:凌 晨
星 期 日|星 期 一|星 期 二|星 期 三|星 期 四|星 期 五|星 期 六|周 日|周 一|周 二|周 三|周 四|周 五|周 六|週 日|週 一|週 二|週 三|週 四|週 五|週 六|日|一|二|三|四|五|六|年|月
""",
    "zu": """
januwari|jan;februwari|feb;mashi|mas;ephreli|eph;meyi|mey;juni|jun;julayi|jul;agasti|aga;septhemba|sep;okthoba|okt;novemba|nov;disemba|dis
afternoon:emini;evening:ntambama;morning:entathakusa|ekuseni;night:ebusuku
isonto|umsombuluko|ulwesibili|ulwesithathu|ulwesine|ulwesihlanu|umgqibelo|son|mso|bil|tha|sin|hla|mgq
""",
}
