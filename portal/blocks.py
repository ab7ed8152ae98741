"""The blocks that editors build pages from."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "blockquote"]


class Step(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=60)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)


class Question(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=120)
    answer = blocks.RichTextBlock(label=_("Answer"), features=TEXT_FEATURES)


class BodyBlocks(blocks.StreamBlock):
    """Words, pictures and steps: what a page of ours is made of."""

    heading = blocks.CharBlock(label=_("Heading"), icon="title", template="components/blocks/heading.html")
    text = blocks.RichTextBlock(
        label=_("Text"), features=TEXT_FEATURES, template="components/blocks/text.html"
    )
    picture = ImageBlock(label=_("Picture"), template="components/blocks/picture.html")
    note = blocks.RichTextBlock(
        label=_("Note"), icon="info-circle", features=TEXT_FEATURES, template="components/blocks/note.html"
    )
    steps = blocks.ListBlock(
        Step(), label=_("Steps"), icon="list-ol", template="components/blocks/steps.html"
    )
    questions = blocks.ListBlock(
        Question(), label=_("Questions and answers"), icon="help", template="components/blocks/questions.html"
    )
