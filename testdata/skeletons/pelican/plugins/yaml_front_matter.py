"""Reads Markdown with front matter in YAML."""

import markdown
import yaml
from pelican import signals
from pelican.readers import BaseReader


class YAMLReader(BaseReader):
    enabled = True
    file_extensions = ['md']

    def read(self, filename):
        with open(filename, encoding='utf-8') as source:
            _, front, body = source.read().split('---\n', 2)
        metadata = {}
        for name, value in (yaml.safe_load(front) or {}).items():
            if not isinstance(value, (list, dict)):
                value = str(value)
            metadata[name.lower()] = self.process_metadata(name.lower(), value)
        return markdown.markdown(body, extensions=['extra']), metadata


def register():
    signals.readers_init.connect(lambda readers: readers.reader_classes.update(md=YAMLReader))
