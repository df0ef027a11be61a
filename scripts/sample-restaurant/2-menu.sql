-- The menu, what it is made of, and who delivers it.

insert into menu_categories (category_id, name, parent_id, position) values
  (1, 'Cucina', null, 1), (2, 'Bar', null, 2),
  (3, 'Antipasti', 1, 1), (4, 'Primi piatti', 1, 2), (5, 'Pizze', 1, 3), (6, 'Secondi piatti', 1, 4),
  (7, 'Contorni', 1, 5), (8, 'Dolci', 1, 6), (9, 'Bevande', 2, 1), (10, 'Caffetteria', 2, 2), (11, 'Coperto', 1, 9);

with card (course, category_id, name, description, price, allergens, english) as (values
  ('coperto', 11, 'Coperto', 'Pane e servizio', 2.50, '{glutine}', 'Cover charge'),
  ('antipasto', 3, 'Bruschetta al pomodoro', 'Pane tostato, pomodorini, basilico', 6.00, '{glutine}', 'Tomato bruschetta'),
  ('antipasto', 3, 'Tagliere di salumi', 'Prosciutto, coppa, mortadella, gnocco fritto', 14.00, '{glutine}', 'Cold cuts'),
  ('antipasto', 3, 'Vitello tonnato', 'Girello, salsa tonnata, capperi', 12.50, '{pesce,uova}', 'Veal with tuna sauce'),
  ('antipasto', 3, 'Caprese di bufala', 'Mozzarella di bufala, cuore di bue', 11.00, '{latte}', 'Buffalo caprese'),
  ('antipasto', 3, 'Alici marinate', 'Limone, prezzemolo, pepe rosa', 10.50, '{pesce}', 'Marinated anchovies'),
  ('primo', 4, 'Tagliatelle al ragù', 'Ragù cotto sei ore', 13.00, '{glutine,uova,latte,sedano}', 'Tagliatelle with ragù'),
  ('primo', 4, 'Spaghetti alle vongole', 'Vongole veraci, aglio, prezzemolo', 16.00, '{glutine,crostacei}', 'Spaghetti with clams'),
  ('primo', 4, 'Cacio e pepe', 'Tonnarelli, pecorino romano', 12.50, '{glutine,latte}', 'Cheese and pepper'),
  ('primo', 4, 'Carbonara', 'Guanciale, tuorlo, pecorino – senza panna!', 13.00, '{glutine,uova,latte}', 'Carbonara'),
  ('primo', 4, 'Risotto ai funghi porcini', 'Carnaroli mantecato, porcini freschi', 15.50, '{latte,sedano}', 'Porcini risotto'),
  ('primo', 4, 'Orecchiette alle cime di rapa', 'Acciuga, peperoncino, pangrattato', 12.00, '{glutine,pesce}', 'Orecchiette with turnip tops'),
  ('primo', 4, 'Gnocchi alla sorrentina', 'Pomodoro, fiordilatte, basilico', 11.50, '{glutine,latte,uova}', 'Gnocchi Sorrento style'),
  ('primo', 4, 'Lasagne della nonna', E'La ricetta di \'Nonna Pina\'', 13.50, '{glutine,uova,latte,sedano}', 'Grandma''s lasagne'),
  ('pizza', 5, 'Margherita', 'Pomodoro San Marzano, fiordilatte', 7.50, '{glutine,latte}', 'Margherita'),
  ('pizza', 5, 'Marinara', 'Pomodoro, aglio, origano', 6.50, '{glutine}', 'Marinara'),
  ('pizza', 5, 'Diavola', 'Spianata piccante', 9.50, '{glutine,latte}', 'Spicy salami pizza'),
  ('pizza', 5, 'Quattro stagioni', 'Carciofi, olive, funghi, prosciutto', 10.50, '{glutine,latte}', 'Four seasons'),
  ('pizza', 5, 'Capricciosa', 'Carciofi, uovo sodo, prosciutto', 10.50, '{glutine,latte,uova}', 'Capricciosa'),
  ('pizza', 5, 'Prosciutto e rucola', 'Crudo di Parma, rucola, scaglie', 12.00, '{glutine,latte}', 'Parma ham and rocket'),
  ('pizza', 5, 'Calzone', 'Ricotta, salame, fiordilatte', 10.00, '{glutine,latte}', 'Calzone'),
  ('secondo', 6, 'Saltimbocca alla romana', 'Vitello, prosciutto crudo, salvia', 17.50, '{glutine,solfiti}', 'Saltimbocca'),
  ('secondo', 6, 'Bistecca alla fiorentina', 'Circa 1,2 kg, per due persone', 58.00, '{}', 'T-bone steak for two'),
  ('secondo', 6, 'Cotoletta alla milanese', 'Con l''osso, burro chiarificato', 21.00, '{glutine,uova,latte}', 'Milanese cutlet'),
  ('secondo', 6, 'Branzino al forno', 'Patate, olive taggiasche', 22.00, '{pesce}', 'Baked sea bass'),
  ('secondo', 6, 'Fritto misto', 'Calamari, gamberi, alici', 19.00, '{glutine,pesce,crostacei}', 'Mixed fried fish'),
  ('secondo', 6, 'Melanzane alla parmigiana', 'Melanzane, pomodoro, parmigiano', 13.00, '{latte,uova}', 'Aubergine parmigiana'),
  ('contorno', 7, 'Patate al forno', 'Rosmarino', 5.00, '{}', 'Roast potatoes'),
  ('contorno', 7, 'Insalata mista', '', 5.00, '{}', 'Mixed salad'),
  ('contorno', 7, 'Cicoria ripassata', 'Aglio, olio, peperoncino', 6.00, '{}', 'Sautéed chicory'),
  ('contorno', 7, 'Fagioli all''uccelletto', 'Salvia, pomodoro', 6.00, '{}', 'Tuscan beans'),
  ('dolce', 8, 'Tiramisù', 'Savoiardi, mascarpone, caffè', 6.50, '{glutine,uova,latte}', 'Tiramisu'),
  ('dolce', 8, 'Panna cotta', 'Ai frutti di bosco', 6.00, '{latte}', 'Panna cotta'),
  ('dolce', 8, 'Cannolo siciliano', 'Ricotta di pecora, pistacchio', 6.00, '{glutine,latte,"frutta a guscio"}', 'Sicilian cannolo'),
  ('dolce', 8, 'Torta caprese', 'Mandorle e cioccolato', 6.50, '{uova,latte,"frutta a guscio"}', 'Capri cake'),
  ('dolce', 8, 'Sorbetto al limone', '', 4.50, '{}', 'Lemon sorbet'),
  ('bevanda', 9, 'Acqua naturale 0,75 l', '', 2.50, '{}', 'Still water'),
  ('bevanda', 9, 'Acqua frizzante 0,75 l', '', 2.50, '{}', 'Sparkling water'),
  ('bevanda', 9, 'Vino della casa ½ l', 'Rosso o bianco', 7.00, '{solfiti}', 'House wine'),
  ('bevanda', 9, 'Chianti Classico', 'Bottiglia', 24.00, '{solfiti}', 'Chianti Classico'),
  ('bevanda', 9, 'Vermentino di Sardegna', 'Bottiglia', 22.00, '{solfiti}', 'Vermentino'),
  ('bevanda', 9, 'Birra alla spina 0,4 l', '', 5.50, '{glutine}', 'Draught beer'),
  ('bevanda', 9, 'Chinotto', '', 3.50, '{}', 'Chinotto'),
  ('bevanda', 9, 'Spritz', 'Aperol, prosecco, seltz', 7.00, '{solfiti}', 'Spritz'),
  ('caffè', 10, 'Espresso', '', 1.50, '{}', 'Espresso'),
  ('caffè', 10, 'Caffè corretto', 'Grappa o sambuca', 2.50, '{}', 'Espresso with grappa'),
  ('caffè', 10, 'Cappuccino', '', 2.00, '{latte}', 'Cappuccino'),
  ('caffè', 10, 'Limoncello', 'Fatto in casa', 4.00, '{}', 'Limoncello')
)
insert into dishes (category_id, course, name, description, price, vat_percent, allergens, translations)
select category_id, course::course, name, description, price,
  case when course in ('bevanda', 'caffè') then 22 else 10 end, allergens::allergen[],
  jsonb_build_object('en', english)
from card;

update menu_categories c set signature_dish_id =
  (select min(d.dish_id) + 1 from dishes d where d.category_id = c.category_id having count(*) > 1);

insert into modifiers (modifier_id, name, surcharge) values
  (1, 'senza aglio', 0), (2, 'ben cotto', 0), (3, 'al sangue', 0), (4, 'doppia mozzarella', 1.50),
  (5, 'impasto integrale', 1.00), (6, 'senza glutine', 2.00), (7, 'con bufala', 2.50), (8, '½ porzione', 0),
  (9, 'piccante', 0), (10, 'senza lattosio', 1.00);
insert into dish_modifiers
select dish_id, modifier_id from dishes, modifiers
where case course when 'pizza' then modifier_id in (4, 5, 6, 7, 9, 10) when 'primo' then modifier_id in (1, 6, 8, 9)
  when 'secondo' then modifier_id in (1, 2, 3) else false end;

insert into office.suppliers (supplier_id, name, city, contact, delivers_on) values
  (1, 'Molino Fratelli Bianchi', 'Cesena', '{"phone": "+39 0547 555 010", "orders_by": "16:00"}', '{1,4}'),
  (2, 'Caseificio La Bufalina', 'Battipaglia', '{"phone": "+39 0828 555 027"}', '{2,5}'),
  (3, 'Ortofrutta Da Peppe', 'Roma', '{"phone": "+39 06 555 0190", "notes": "suonare \"Rossi\""}', '{1,2,3,4,5,6}'),
  (4, 'Pescheria Nettuno', 'Anzio', '{"phone": "+39 06 555 0144", "market": {"opens": "05:00"}}', '{2,3,5,6}'),
  (5, 'Macelleria D''Angelo', 'Norcia', '{"phone": "+39 0743 555 099"}', '{1,4}'),
  (6, 'Cantina Colle Verde', 'Greve in Chianti', '{"email": "ordini@colleverde.example"}', '{3}'),
  (7, 'Torrefazione Moka d''Oro', 'Trieste', '{"email": "info@mokadoro.example"}', '{5}');

with larder (supplier_id, unit, unit_cost, names) as (values
  (1, 'kg', 1.15, '{Farina 00,Farina integrale,Semola rimacinata,Pane casereccio,Savoiardi}'::text[]),
  (2, 'kg', 9.40, '{Mozzarella di bufala,Fiordilatte,Ricotta di pecora,Pecorino romano,Parmigiano Reggiano,Mascarpone,Burro}'),
  (3, 'kg', 2.60, '{Pomodorini,Pomodoro San Marzano,Basilico,Aglio,Patate,Melanzane,Cime di rapa,Cicoria,Rucola,Limoni,Funghi porcini,Carciofi,Fagioli cannellini}'),
  (4, 'kg', 14.80, '{Vongole veraci,Branzino,Calamari,Gamberi,Alici}'),
  (5, 'kg', 12.30, '{Guanciale,Prosciutto crudo,Girello di vitello,Bistecca,Spianata piccante,Macinato misto}'),
  (6, 'l', 4.70, '{Vino rosso sfuso,Vino bianco sfuso,Chianti Classico,Vermentino,Prosecco,Grappa}'),
  (7, 'kg', 16.00, '{Caffè in grani,Cacao amaro}'),
  (3, 'pz', 0.25, '{Uova,Lattuga}')
)
insert into office.ingredients (supplier_id, name, unit, unit_cost)
select supplier_id, name, unit, unit_cost + 0.35 * place
from larder, unnest(names) with ordinality as listed (name, place);

insert into office.recipes
select dish_id, ingredient_id, 0.02 + pg_temp.pick(dish_id, ingredient_id, 30) / 100.0
from dishes, office.ingredients
where course not in ('coperto', 'bevanda') and pg_temp.pick(dish_id, 1000 + ingredient_id, 12) = 0;
