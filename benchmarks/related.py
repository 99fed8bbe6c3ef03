"""Pairs of short news of our own in twenty languages: of one event or of two, and a text beside its translation or another.

    python benchmarks/related.py [--later] > related.jsonl; topicwire stories evaluate related.jsonl --worst 0

A pair is labelled `related` (two articles on one event), `translation` (one article in two languages) or `neg` (neither).
The kinds say what makes it hard. Places, people and events are invented.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any, Final

_SAME_LANGUAGE: Final = """\
related|report and follow-up|en|Freight train derails near Halverton, two wagons on fire|A freight train left the rails near Halverton on Monday.|Halverton derailment: residents told to stay indoors|People in Halverton were told to close their windows after a freight train burned.
related|report and follow-up|en|Governor Ellen Marsh resigns over ferry contract|Governor Ellen Marsh stepped down on Tuesday.|Who will follow Ellen Marsh after ferry contract scandal?|Three names are mentioned for the office of governor.
related|two angles|en|Kestrel Motors to close Dunmore plant with 1,400 jobs|Kestrel Motors will close its plant in Dunmore.|Unions vow to fight Kestrel Motors over Dunmore closure|Union leaders in Dunmore called for strikes.
related|two angles|en|Storm Odette cuts power to 80,000 homes in Carrow|Storm Odette hit the coast of Carrow at night.|Carrow schools shut after storm Odette|All schools in Carrow stay closed on Friday.
related|two angles|en|Tomas Verdal wins Lindmark literary prize|The novelist Tomas Verdal has won the Lindmark prize.|Lindmark prize winner Tomas Verdal: I nearly gave up writing|In an interview the novelist looks back.
related|other words|en|Blaze guts historic Ashcombe theatre|Flames destroyed the old theatre in Ashcombe.|Fire destroys Ashcombe playhouse, built 1802|Nobody was hurt when the playhouse burned.
neg|same place, other event|en|Halverton council raises parking fees|Parking in Halverton will cost more from May.|Halverton derailment: residents told to stay indoors|People in Halverton were told to close their windows after a freight train burned.
neg|same person, other event|en|Governor Ellen Marsh opens new bridge in Carrow|The governor cut a ribbon on Monday.|Governor Ellen Marsh resigns over ferry contract|Governor Ellen Marsh stepped down on Tuesday.
neg|same form, other place|en|Man held after stabbing outside Dunmore station|Police in Dunmore held a man of 34.|Man held after stabbing outside Ashcombe station|Police in Ashcombe held a man of 51.
neg|same company, other event|en|Kestrel Motors recalls 40,000 vans over brakes|Kestrel Motors calls back vans.|Kestrel Motors to close Dunmore plant with 1,400 jobs|Kestrel Motors will close its plant in Dunmore.
neg|same series, other match|en|Carrow Rovers beat Dunmore to go top|Carrow Rovers won at home.|Carrow Rovers sign striker from Ashcombe|The striker comes on a free transfer.
neg|same phrases|en|What we know about the fire in Ashcombe|The fire broke out at noon.|What we know about the flood in Carrow|The river rose at night.
related|report and follow-up|de|Güterzug bei Halbernau entgleist|Bei Halbernau ist am Montag ein Güterzug entgleist.|Nach Güterzug-Unglück in Halbernau: Strecke bleibt gesperrt|Die Bahnstrecke bei Halbernau bleibt bis Freitag gesperrt.
related|two angles|de|Ministerin Petra Lohfeld tritt zurück|Petra Lohfeld hat am Dienstag ihr Amt niedergelegt.|Opposition begrüßt Rücktritt von Ministerin Lohfeld|Die Opposition fordert Neuwahlen nach dem Rücktritt von Petra Lohfeld.
related|two angles|de|Möbelhaus Tannert meldet Insolvenz an|Das Möbelhaus Tannert ist zahlungsunfähig.|Insolvenz bei Tannert: 600 Beschäftigte bangen um Stellen|Die Beschäftigten von Tannert warten auf ihren Lohn.
neg|same place, other event|de|Halbernau baut neues Freibad|Die Stadt Halbernau baut ein Freibad.|Güterzug bei Halbernau entgleist|Bei Halbernau ist am Montag ein Güterzug entgleist.
neg|same form, other place|de|Einbruch in Juweliergeschäft in Lohfurt: Polizei sucht Zeugen|Unbekannte stahlen Ringe.|Einbruch in Juweliergeschäft in Tannberg: Polizei sucht Zeugen|Unbekannte stahlen Uhren.
neg|same person, other event|de|Ministerin Petra Lohfeld besucht Schule in Tannberg|Die Ministerin las vor.|Ministerin Petra Lohfeld tritt zurück|Petra Lohfeld hat am Dienstag ihr Amt niedergelegt.
related|two angles|fr|Un immeuble s'effondre à Valmorel, trois disparus|Un immeuble s'est effondré lundi à Valmorel.|Immeuble effondré à Valmorel : les recherches continuent|Les secours cherchent trois personnes à Valmorel.
related|report and follow-up|fr|Le maire de Brisac, Luc Ferrand, mis en examen|Luc Ferrand a été mis en examen mardi.|Affaire Luc Ferrand : le maire de Brisac refuse de démissionner|Le maire dit qu'il reste.
neg|same place, other event|fr|Valmorel : le marché de Noël ouvre samedi|Le marché ouvre samedi à Valmorel.|Un immeuble s'effondre à Valmorel, trois disparus|Un immeuble s'est effondré lundi à Valmorel.
neg|same form, other place|fr|Accident mortel sur la route entre Brisac et Lormont|Un conducteur est mort.|Accident mortel sur la route entre Valmorel et Sarlin|Deux motards sont morts.
related|two angles|es|Un tren de carga descarrila cerca de Villarosa|Un tren descarriló el lunes cerca de Villarosa.|Vecinos de Villarosa evacuados tras descarrilar un tren de carga|Cien vecinos dejaron sus casas.
related|report and follow-up|es|Dimite la ministra Clara Montalvo|Clara Montalvo dejó el cargo el martes.|La oposición celebra que Clara Montalvo dimite como ministra|La oposición pide elecciones.
neg|same person, other event|es|La ministra Clara Montalvo inaugura el puerto de Altamar|La ministra visitó Altamar.|Dimite la ministra Clara Montalvo|Clara Montalvo dejó el cargo el martes.
neg|same form, other place|es|Detenido un hombre por robar en una joyería de Villarosa|El detenido tiene 40 años.|Detenido un hombre por robar en una farmacia de Altamar|El detenido tiene 22 años.
related|two angles|ru|Под Заречьем сошёл с рельсов грузовой поезд|Грузовой поезд сошёл с рельсов в понедельник.|В Заречье эвакуируют жителей после схода грузового поезда|Из домов вывели сто человек.
related|report and follow-up|ru|Губернатор Павел Лужин ушёл в отставку|Павел Лужин оставил пост во вторник.|Отставка губернатора Лужина: кто займёт его место|Называют три имени.
neg|same person, other event|ru|Губернатор Павел Лужин открыл мост в Заречье|Мост строили три года.|Губернатор Павел Лужин ушёл в отставку|Павел Лужин оставил пост во вторник.
neg|same form, other place|ru|В Заречье задержали подозреваемого в краже автомобилей|Ему 30 лет.|В Берёзовске задержали подозреваемого в краже автомобилей|Ему 44 года.
related|two angles|pl|Pociąg towarowy wykoleił się pod Zalesiem Górnym|Pociąg wykoleił się w poniedziałek.|Zalesie Górne: ewakuacja mieszkańców po wykolejeniu pociągu|Ewakuowano sto osób.
neg|same place, other event|pl|Zalesie Górne otwiera nową szkołę|Szkoła przyjmie 300 uczniów.|Pociąg towarowy wykoleił się pod Zalesiem Górnym|Pociąg wykoleił się w poniedziałek.
related|two angles|tr|Akpınar yakınlarında yük treni raydan çıktı|Tren pazartesi günü raydan çıktı.|Akpınar'da raydan çıkan yük treni: Köy boşaltıldı|Yüz kişi evini terk etti.
neg|same form, other place|tr|Akpınar'da kuyumcu soygunu: Polis iki kişiyi arıyor|Soyguncular kaçtı.|Yenikent'te kuyumcu soygunu: Polis üç kişiyi arıyor|Soyguncular kaçtı.
related|two angles|it|Crolla un palazzo a Montevecchio, tre dispersi|Il palazzo è crollato lunedì.|Montevecchio, palazzo crollato: si cercano ancora i tre dispersi|I soccorsi lavorano di notte.
neg|same place, other event|it|Montevecchio, riapre il teatro comunale|Il teatro riapre sabato.|Crolla un palazzo a Montevecchio, tre dispersi|Il palazzo è crollato lunedì.
related|two angles|ar|خروج قطار شحن عن القضبان قرب بلدة الزيتونة|خرج قطار شحن عن القضبان يوم الاثنين.|إجلاء سكان بلدة الزيتونة بعد خروج قطار شحن عن القضبان|غادر مئة شخص منازلهم.
neg|same place, other event|ar|افتتاح مدرسة جديدة في بلدة الزيتونة|تستقبل المدرسة ثلاثمئة تلميذ.|خروج قطار شحن عن القضبان قرب بلدة الزيتونة|خرج قطار شحن عن القضبان يوم الاثنين.
related|two angles|ja|青森谷市で貨物列車が脱線　けが人なし|月曜日に貨物列車が脱線した。|青森谷市の貨物列車脱線　住民百人が避難|住民が学校に避難した。
neg|same place, other event|ja|青森谷市で新しい図書館が開館|土曜日に開館する。|青森谷市で貨物列車が脱線　けが人なし|月曜日に貨物列車が脱線した。
related|two angles|nl|Goederentrein ontspoord bij Oudermeer|Bij Oudermeer is maandag een goederentrein ontspoord.|Spoor bij Oudermeer dagen dicht na ontspoorde goederentrein|Reizigers nemen de bus.
neg|same form, other place|nl|Brand in flat in Oudermeer: bewoners naar buiten|Niemand raakte gewond.|Brand in flat in Zuidhaven: bewoners naar buiten|Twee mensen raakten gewond.
related|two angles|sv|Godståg spårade ur vid Lillhamra|Ett godståg spårade ur i måndags.|Boende i Lillhamra evakueras efter godståg som spårade ur|Hundra personer lämnade sina hem.
neg|same person, other event|sv|Minister Karin Dalstedt inviger bro i Lillhamra|Bron kostade en miljard.|Minister Karin Dalstedt avgår|Hon lämnade sitt uppdrag på tisdagen.
"""

_TWO_LANGUAGES: Final = """\
translation|news|en|de|Kestrel Motors to close Dunmore plant with 1,400 jobs|Kestrel Motors said on Monday that it will close its plant in Dunmore by 2027. Director Anna Falk spoke of weak sales in Norland. Some 1,400 people work in Dunmore.|Kestrel Motors schließt Werk in Dunmore mit 1.400 Stellen|Kestrel Motors teilte am Montag mit, das Werk in Dunmore bis 2027 zu schließen. Direktorin Anna Falk sprach von schwachem Absatz in Norland. In Dunmore arbeiten 1.400 Menschen.
translation|news|en|fr|Tomas Verdal wins Lindmark prize for novel on Carrow|The novelist Tomas Verdal has won the Lindmark prize of 50,000 crowns. Jury head Marta Olin praised his book on Carrow.|Tomas Verdal remporte le prix Lindmark pour un roman sur Carrow|Le romancier Tomas Verdal a remporté le prix Lindmark, doté de 50 000 couronnes. La présidente du jury, Marta Olin, a salué son livre sur Carrow.
translation|news|en|es|Storm Odette leaves 80,000 homes in Carrow without power|Storm Odette left 80,000 homes without power in Carrow and Dunmore, the utility Voltano said. Winds reached 140 km/h.|La tormenta Odette deja sin luz 80.000 hogares en Carrow|La tormenta Odette dejó sin luz 80.000 hogares en Carrow y Dunmore, según la empresa Voltano. El viento alcanzó 140 km/h.
translation|news|en|it|Ellen Marsh resigns as governor of Norland|Ellen Marsh resigned on Tuesday as governor of Norland over a contract of 12 million with the ferry line Maritor.|Ellen Marsh si dimette da governatrice del Norland|Ellen Marsh si è dimessa martedì da governatrice del Norland per un contratto da 12 milioni con la compagnia Maritor.
translation|news|de|nl|Güterzug bei Halbernau entgleist, Strecke nach Lohfurt gesperrt|Bei Halbernau ist ein Zug der Firma Railtor mit 24 Wagen entgleist. Die Strecke nach Lohfurt bleibt gesperrt.|Goederentrein ontspoord bij Halbernau, spoor naar Lohfurt dicht|Bij Halbernau is een trein van Railtor met 24 wagons ontspoord. Het spoor naar Lohfurt blijft dicht.
translation|news|fr|es|Luc Ferrand, maire de Brisac, mis en examen|Luc Ferrand, maire de Brisac, a été mis en examen mardi pour 300 000 euros versés par la société Batiplan.|Luc Ferrand, alcalde de Brisac, imputado|Luc Ferrand, alcalde de Brisac, fue imputado el martes por 300.000 euros pagados por la empresa Batiplan.
translation|news|en|sv|Karin Dalstedt steps down as minister|Karin Dalstedt stepped down on Tuesday after the newspaper Lillposten wrote of 2 million paid by Norbygg.|Karin Dalstedt avgår som minister|Karin Dalstedt avgick på tisdagen efter att Lillposten skrivit om 2 miljoner från Norbygg.
translation|news|en|pl|Railtor train derails near Halverton, 24 wagons off the rails|A train of Railtor derailed near Halverton on the way to Dunmore. 24 wagons left the rails.|Pociąg Railtor wykoleił się pod Halverton, 24 wagony poza torami|Pociąg spółki Railtor wykoleił się pod Halverton w drodze do Dunmore. 24 wagony wypadły z torów.
translation|news|en|tr|Odette Storm hits Carrow, Voltano says 80,000 without power|Odette hit Carrow with winds of 140 km/h. Voltano counts 80,000 homes without power.|Odette fırtınası Carrow'u vurdu, Voltano: 80.000 ev elektriksiz|Odette, Carrow'u saatte 140 km rüzgarla vurdu. Voltano 80.000 evin elektriksiz kaldığını bildirdi.
translation|another script|en|ru|Ellen Marsh resigns as governor of Norland|Ellen Marsh resigned on Tuesday as governor of Norland over a contract of 12 million with Maritor.|Эллен Марш ушла с поста губернатора Норланда|Эллен Марш ушла во вторник с поста губернатора Норланда из-за контракта на 12 миллионов с Маритор.
translation|another script|en|ar|Storm Odette leaves 80,000 homes in Carrow without power|Storm Odette left 80,000 homes without power in Carrow.|العاصفة أوديت تقطع الكهرباء عن ثمانين ألف منزل في كارو|قطعت العاصفة أوديت الكهرباء عن ثمانين ألف منزل في كارو.
translation|another script|en|ja|Kestrel Motors to close Dunmore plant|Kestrel Motors will close its plant in Dunmore.|ケストレル自動車、ダンモア工場を閉鎖へ|ケストレル自動車はダンモアの工場を閉鎖する。
neg|same people, other event|en|de|Kestrel Motors recalls 40,000 vans sold in Norland|Kestrel Motors calls back 40,000 vans sold in Norland since 2021 over brakes, director Anna Falk said.|Kestrel Motors schließt Werk in Dunmore mit 1.400 Stellen|Kestrel Motors teilte am Montag mit, das Werk in Dunmore bis 2027 zu schließen. Direktorin Anna Falk sprach von schwachem Absatz in Norland.
neg|same people, other event|en|fr|Tomas Verdal to read in Carrow on Friday|Tomas Verdal reads from his novel in Carrow on Friday with Marta Olin.|Tomas Verdal remporte le prix Lindmark pour un roman sur Carrow|Le romancier Tomas Verdal a remporté le prix Lindmark, doté de 50 000 couronnes. La présidente du jury, Marta Olin, a salué son livre sur Carrow.
neg|same people, other event|en|es|Ellen Marsh and Marta Olin open museum in Carrow|Ellen Marsh, governor of Norland, and Marta Olin opened the museum in Carrow.|Ellen Marsh deja el cargo de gobernadora de Norland|Ellen Marsh dejó el martes el cargo de gobernadora de Norland por un contrato de 12 millones con Maritor.
neg|same event, another article|en|it|Who follows Ellen Marsh as governor of Norland?|Ruth Keller, Omar Said and Jon Pike are named to follow Ellen Marsh in Norland.|Ellen Marsh si dimette da governatrice del Norland|Ellen Marsh si è dimessa martedì da governatrice del Norland per un contratto da 12 milioni con la compagnia Maritor.
neg|same form, other figures|en|de|Carrow Rovers beat Dunmore 3-1|Carrow Rovers beat Dunmore 3-1. Novak, Silva and Berg scored in the 12th, 40th and 77th minute.|Carrow Rovers verlieren 0-2 gegen Ashcombe|Carrow Rovers verloren 0-2 gegen Ashcombe. Silva sah in der 30. Minute Rot, Novak fehlte.
neg|same form, other figures|en|fr|Voltano shares fall 4 percent in Carrow|Voltano fell 4 percent to 31 crowns in Carrow, while Kestrel Motors and Railtor rose.|Voltano gagne 2 % à Carrow|Voltano a gagné 2 % à 33 couronnes à Carrow, Kestrel Motors et Railtor ont reculé.
neg|same place, other event|de|nl|Lohfurt und Halbernau bauen Radweg|Zwischen Lohfurt und Halbernau entsteht ein Radweg von 24 Kilometern.|Goederentrein ontspoord bij Halbernau, spoor naar Lohfurt dicht|Bij Halbernau is een trein van Railtor met 24 wagons ontspoord. Het spoor naar Lohfurt blijft dicht.
neg|same people, other event|en|sv|Karin Dalstedt sues Lillposten|Karin Dalstedt takes the newspaper Lillposten to court over a picture, not over Norbygg.|Karin Dalstedt avgår som minister|Karin Dalstedt avgick på tisdagen efter att Lillposten skrivit om 2 miljoner från Norbygg.
neg|nothing in common|fr|es|Valmorel : le marché de Noël ouvre samedi|Le marché ouvre samedi à Valmorel.|Detenido un hombre por robar en una farmacia de Altamar|El detenido tiene 22 años.
neg|nothing in common|ru|uk|В Заречье задержали подозреваемого в краже автомобилей|Ему 30 лет.|У Березівці відкрили нову школу|Школа прийме триста учнів.
neg|lists of names|en|de|Team for Norland: Novak, Silva, Berg, Okafor, Lund, Reyes|Novak, Silva, Berg, Okafor, Lund and Reyes play against Austmark.|Kader für Norland: Novak, Silva, Berg, Okafor, Lund, Keller|Novak, Silva, Berg, Okafor, Lund und Keller spielen gegen Westmark.
neg|same people, other event|en|pl|Railtor to build depot in Halverton, 24 jobs for Dunmore|Railtor builds a depot in Halverton and offers 24 jobs to people in Dunmore.|Pociąg Railtor wykoleił się pod Halverton, 24 wagony poza torami|Pociąg spółki Railtor wykoleił się pod Halverton w drodze do Dunmore. 24 wagony wypadły z torów.
"""

_LATER: Final = """\
related|two angles|en|Tanker Maribel runs aground off Skerry Point|The tanker Maribel ran aground off Skerry Point.|Oil from tanker Maribel reaches beaches at Skerry Point|Birds were found dead at Skerry Point.
related|report and follow-up|en|Ostrava Bank fined 90 million over money laundering|The regulator fined Ostrava Bank.|Ostrava Bank chief Ivo Prokop quits after money laundering fine|Ivo Prokop left on Thursday.
neg|same person, other event|en|Singer Mila Torrent cancels tour|Mila Torrent is ill.|Singer Mila Torrent buys castle|Mila Torrent bought a castle.
neg|same company, other event|en|Ostrava Bank opens branch in Skerry|The bank opens on Monday.|Ostrava Bank fined 90 million over money laundering|The regulator fined Ostrava Bank.
neg|same form, other place|en|Two injured in gas explosion in Skerry restaurant|The explosion broke windows.|Four injured in gas explosion in Tolham bakery|The explosion broke windows.
neg|same team, other match|en|Skerry United draw at Tolham Athletic|It ended 1-1.|Skerry United lose at Marlow Athletic|It ended 0-2.
related|two angles|pt|Petroleiro Maribel encalha junto à ilha de Salgueira|O navio encalhou na segunda-feira.|Óleo do petroleiro Maribel chega às praias de Salgueira|Aves mortas foram encontradas.
neg|same person, other event|pt|Ministro Rui Cardoso visita hospital de Vilar|O ministro visitou doentes.|Ministro Rui Cardoso demite-se|O ministro saiu na terça-feira.
neg|same form, other place|pt|Incêndio em prédio de Vilar faz dois feridos|O fogo começou à noite.|Incêndio em prédio de Salgueira faz seis feridos|O fogo começou de manhã.
related|two angles|da|Tankskibet Maribel grundstødt ved Rødsand|Skibet stødte på grund mandag.|Olie fra tankskibet Maribel driver i land ved Rødsand|Fugle blev fundet døde.
neg|same place, other event|da|Rødsand får ny færge til næste sommer|Færgen er elektrisk.|Tankskibet Maribel grundstødt ved Rødsand|Skibet stødte på grund mandag.
related|two angles|uk|Танкер «Марібель» сів на мілину біля Солоного|Танкер сів на мілину в понеділок.|Нафта з танкера «Марібель» дісталася пляжів Солоного|Знайшли мертвих птахів.
neg|same person, other event|uk|Міністр Остап Верба відкрив лікарню в Солоному|Лікарню будували рік.|Міністр Остап Верба подав у відставку|Він залишив посаду у вівторок.
related|two angles|ro|Petrolierul Maribel a eșuat lângă Sărata|Nava a eșuat luni.|Petrol de pe petrolierul Maribel ajunge pe plajele din Sărata|Au fost găsite păsări moarte.
neg|same form, other place|ro|Accident grav pe drumul dintre Sărata și Vâlcele|Un șofer a murit.|Accident grav pe drumul dintre Brădet și Lunca|Doi motocicliști au murit.
related|two angles|cs|Tanker Maribel uvázl u Solné|Loď uvázla v pondělí.|Ropa z tankeru Maribel dosáhla pláží u Solné|Našli se mrtví ptáci.
neg|same person, other event|cs|Ministr Jan Kolovrat otevřel nemocnici v Solné|Nemocnice stála miliardu.|Ministr Jan Kolovrat rezignoval|Odešel v úterý.
neg|same form, other place|hu|Két sérült egy sóvári lakástűzben|A tűz este keletkezett.|Három sérült egy bükkaljai lakástűzben|A tűz reggel keletkezett.
related|two angles|fi|Säiliöalus Maribel ajoi karille Suolaniemen edustalla|Alus ajoi karille maanantaina.|Öljyä säiliöalus Maribelista Suolaniemen rannoille|Kuolleita lintuja löytyi.
neg|same place, other event|he|בית ספר חדש נפתח בעין המלח|בית הספר נפתח ביום ראשון.|מכלית עלתה על שרטון מול עין המלח|המכלית עלתה על שרטון ביום שני.
"""

_LATER_TWO_LANGUAGES: Final = """\
translation|news|en|pt|Tanker Maribel runs aground off Salgueira with 40,000 tonnes|The tanker Maribel of the line Norvik ran aground off Salgueira with 40,000 tonnes of oil. Captain Ivo Prokop called Tolham for help.|Petroleiro Maribel encalha em Salgueira com 40.000 toneladas|O petroleiro Maribel, da companhia Norvik, encalhou em Salgueira com 40.000 toneladas. O capitão Ivo Prokop pediu ajuda a Tolham.
translation|news|de|fr|Ostrava Bank zahlt 90 Millionen wegen Geldwäsche|Die Ostrava Bank zahlt nach Angaben der Aufsicht in Tolham 90 Millionen. Vorstand Ivo Prokop bedauerte die Fälle bei Norvik.|Ostrava Bank paie 90 millions pour blanchiment|Ostrava Bank paie 90 millions, selon le régulateur de Tolham. Son patron, Ivo Prokop, a regretté les cas chez Norvik.
translation|news|es|it|Mila Torrent cancela su gira por Norvik y Tolham|Mila Torrent cancela 14 conciertos en Norvik, Tolham y Skerry, dijo su agente Rosa Bellmunt.|Mila Torrent annulla il tour a Norvik e Tolham|Mila Torrent annulla 14 concerti a Norvik, Tolham e Skerry, ha detto l'agente Rosa Bellmunt.
translation|news|en|ro|Skerry United beat Tolham 3-1 as Torrent scores twice|Skerry United beat Tolham 3-1. Torrent scored in the 12th and the 80th minute, Prokop saw red.|Skerry United învinge Tolham cu 3-1, două goluri Torrent|Skerry United a învins Tolham cu 3-1. Torrent a marcat în minutele 12 și 80, Prokop a văzut roșu.
translation|another script|en|uk|Tanker Maribel runs aground off Salgueira|The tanker Maribel ran aground off Salgueira with 40,000 tonnes of oil.|Танкер «Марібель» сів на мілину біля Салгейри|Танкер «Марібель» з 40 000 тонн нафти сів на мілину біля Салгейри.
neg|same people, other event|en|pt|Captain of tanker Maribel, Ivo Prokop, charged in Tolham|Ivo Prokop of the tanker Maribel was charged in Tolham, 3 weeks after the accident off Salgueira.|Petroleiro Maribel encalha em Salgueira com 40.000 toneladas|O petroleiro Maribel, da companhia Norvik, encalhou em Salgueira com 40.000 toneladas. O capitão Ivo Prokop pediu ajuda a Tolham.
neg|same people, other event|en|fr|Ostrava Bank to buy Norvik for 2 billion, says Ivo Prokop|Ostrava Bank buys Norvik for 2 billion, its chief Ivo Prokop said in Tolham.|Ostrava Bank paie 90 millions pour blanchiment|Ostrava Bank paie 90 millions, selon le régulateur de Tolham. Son patron, Ivo Prokop, a regretté les cas chez Norvik.
neg|same teams, other match|en|es|Skerry United draw 1-1 at Tolham, Torrent scores|Skerry United drew 1-1 at Tolham. Torrent and Prokop scored in the 44th and 61st minute.|Skerry United gana 3-0 a Tolham con gol de Torrent|Skerry United ganó 3-0 a Tolham. Torrent marcó en el minuto 20, Prokop falló un penalti.
neg|same people, other event|es|it|Mila Torrent y Rosa Bellmunt abren escuela en Tolham|Mila Torrent y Rosa Bellmunt abren una escuela en Tolham, cerca de Skerry.|Mila Torrent annulla il tour a Norvik e Tolham|Mila Torrent annulla 14 concerti a Norvik, Tolham e Skerry, ha detto l'agente Rosa Bellmunt.
neg|same place, other event|de|da|Rødsand und Tolham streiten um Fähre von Norvik|Rødsand, Tolham und Norvik streiten um 6 Millionen für die Fähre.|Norvik lukker havnen i Rødsand, Tolham får 6 millioner|Norvik lukker havnen i Rødsand. Tolham får 6 millioner til veje.
"""
"""Written after the rules had been mended by the first two, and not looked at since."""


def pairs(*, later: bool = False) -> Iterator[dict[str, Any]]:
    """Return the labelled pairs, of two publishers, five hours apart: those the rules were mended by, or `later` ones."""
    for line in (_LATER if later else _SAME_LANGUAGE).splitlines():
        label, kind, language, *said = line.split("|")
        yield _pair(label, kind, (language, language), said)
    for line in (_LATER_TWO_LANGUAGES if later else _TWO_LANGUAGES).splitlines():
        label, kind, one, two, *said = line.split("|")
        yield _pair(label, kind, (one, two), said)


def _pair(label: str, kind: str, languages: tuple[str, str], said: list[str]) -> dict[str, Any]:
    first, second = said[:2], said[2:]
    sides = {
        side: {
            "title": title,
            "text": text,
            "lang": language,
            "source": f"Paper {side}",
            "url": f"https://{side}.example/{abs(hash_of(title)):x}",
            "published": f"2026-03-02T{hour:02}:00:00Z",
        }
        for side, (title, text), language, hour in zip("ab", (first, second), languages, (8, 13), strict=True)
    }
    return {**sides, "label": label, "kind": kind}


def hash_of(title: str) -> int:
    """Return a number for a title, the same on every machine."""
    return int.from_bytes(title.encode()[-6:])


if __name__ == "__main__":
    for made in pairs(later="--later" in sys.argv):
        sys.stdout.write(json.dumps(made, ensure_ascii=False) + "\n")
