"""Who tells the story of the walk, and in whose words."""

from dataclasses import dataclass

from visiting import DESK, PHONE_WITHOUT_SCRIPTS, Screen


@dataclass(frozen=True)
class Told:
    """Who tells it where, in which language, and the words of that language."""

    code: str
    language: str
    other: str
    screen: Screen
    title: str
    rests: str
    shorter: str
    alone: str
    never: str
    says: str
    proposal: str
    reason: str
    statement: str
    stands: str
    plan: str
    places: str
    done: str


FRENCH = Told(
    code="fr",
    language="fr",
    other="ar",
    screen=DESK,
    title="Le repos",
    rests="Nous luttons pour deux jours de repos par semaine.",
    shorter="Nous luttons pour deux jours de repos par semaine, et pour une semaine plus courte de nuit.",
    alone="Personne ne travaille seul la nuit.",
    never="Personne ne travaille seul la nuit ni dans la chaleur.",
    says="Et celles et ceux qui travaillent de nuit ?",
    proposal="Une semaine plus courte pour les équipes de nuit",
    reason="Deux jours ne suffisent pas à qui dort le jour.",
    statement="Avec les équipes de nuit de Tunis",
    stands="Nous sommes à vos côtés.",
    plan="Une heure d’arrêt à l’entrée du dépôt.",
    places="dépôts",
    done="Nous nous sommes arrêtés une heure.",
)
ARABIC = Told(
    code="ar",
    language="ar",
    other="fr",
    screen=PHONE_WITHOUT_SCRIPTS,
    title="الراحة",
    rests="نناضل من أجل يومي راحة في كل أسبوع.",
    shorter="نناضل من أجل يومي راحة في كل أسبوع، ومن أجل أسبوع أقصر لعمال الليل.",
    alone="لا يعمل أحد وحده ليلًا.",
    never="لا يعمل أحد وحده ليلًا أو في الحر.",
    says="وماذا عن الذين يعملون في الليل؟",
    proposal="أسبوع أقصر لورديات الليل",
    reason="لا يكفي يومان لمن ينام في النهار.",
    statement="مع عمال الليل في ليون",
    stands="نحن إلى جانبكم.",
    plan="توقف ساعة أمام بوابة المستودع.",
    places="مستودعات",
    done="توقفنا ساعة كاملة.",
)
