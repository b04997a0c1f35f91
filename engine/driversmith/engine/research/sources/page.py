"""What research needs of the network: pages, and who gets them, as the asker of an API does."""

from ...network.asking import Getter as PageFetcher
from ...network.asking import Page

__all__ = ["Page", "PageFetcher"]
