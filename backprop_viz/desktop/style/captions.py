"""Texts below pictures, as the frames of an animation have them."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTextDocument

from backprop_viz.desktop.style.theme import Theme, body_font

_MARGIN = 14
_SIZE = 13


def captioned(images: Sequence[QImage], texts: Sequence[str], theme: Theme) -> list[QImage]:
    """Pictures of one size with their texts, as HTML, below them; all as high as the longest."""
    width = max(image.width() for image in images)
    documents = [_document(text, width, theme) for text in texts]
    height = max(document.size().height() for document in documents) + _MARGIN
    found = []
    for image, document in zip(images, documents, strict=True):
        whole = QImage(width, image.height() + round(height), QImage.Format.Format_RGB888)
        whole.fill(QColor(theme.panel))
        painter = QPainter(whole)
        painter.drawImage(QPointF(0, 0), image)
        painter.translate(_MARGIN, image.height() + _MARGIN / 2)
        document.drawContents(painter, QRectF(0, 0, width, height))
        painter.end()
        found.append(whole)
    return found


def _document(text: str, width: int, theme: Theme) -> QTextDocument:
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(body_font(_SIZE))
    document.setTextWidth(width - 2 * _MARGIN)
    document.setHtml(f'<div style="color: {theme.text}">{text}</div>')
    return document
