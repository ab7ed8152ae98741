"""What the check says to people: each kind of finding, and why something was found."""

from django.utils.translation import gettext_lazy as _

from casestudies.deidentify import Kind

KINDS = {
    Kind.IDENTITY: _("an identity number"),
    Kind.PHONE: _("a telephone number"),
    Kind.CARD: _("a bank card"),
    Kind.PLATE: _("a number plate"),
    Kind.ACCOUNT: _("an account of a messenger"),
    Kind.EMAIL: _("an e-mail address"),
    Kind.PERMIT: _("a passport or permit"),
    Kind.ADDRESS: _("an exact address"),
    Kind.SCHOOL_CLASS: _("a school with its class"),
    Kind.EMPLOYER: _("an employer"),
    Kind.BIRTH: _("a date of birth"),
    Kind.NAME: _("likely a name"),
    Kind.RECORD: _("a number in somebody's records"),
}
WHY = {
    "identity_check": _("Eighteen places with a valid date of birth and a valid check digit."),
    "identity_cue": _("Eighteen places after words for an identity card; the check digit does not fit."),
    "identity_old": _("Fifteen digits with a valid date of birth, as identity numbers were before 1999."),
    "mobile": _("Eleven digits as mobile numbers have them."),
    "landline": _("An area code and the digits of a landline."),
    "card_check": _("As many digits as a bank card, and the check digit fits."),
    "card_cue": _("As many digits as a bank card, after words for one; the check digit does not fit."),
    "wechat": _("It stands after words for WeChat."),
    "qq": _("It stands after words for QQ."),
    "account": _("It stands after the name of a platform."),
    "email": _("It has the form of an e-mail address."),
    "plate": _("It has the form of a number plate."),
    "permit_cue": _("It stands after words for a passport or permit."),
    "permit_shape": _("It has the form of a passport number."),
    "permit_check": _("It has the form of an identity card, and the check digit fits."),
    "record": _("It stands after words such as student or hospital number."),
    "address": _("It leads to a house: a street, village or estate with its number."),
    "school_class": _("A school and its class lead to some forty children."),
    "employer": _("It names a company beside words for somebody's work."),
    "birth": _("An exact day beside words for birth. The month is enough."),
    "birthday": _("A day of birth without its year."),
    "name_cue": _("It stands after words such as “named” or “client”."),
    "name_age": _("Sex or age stand behind it."),
    "name_people": _("It stands after a word for a person."),
    "name_title": _("It stands beside a form of address."),
    "name_subject": _("A surname and a given name, where somebody does something."),
    "name_list": _("It stands in a row with other names."),
    "name_nick": _("A nickname without “pseudonym” beside it."),
    "name_pinyin": _("A Chinese surname and given name in letters."),
}
