SITENAME = 'A blog'
SITEURL = 'https://blog.example'
AUTHOR = 'Ada'
TIMEZONE = 'UTC'
PATH = 'content'
STATIC_PATHS = ['extra']
THEME = 'theme'
PLUGIN_PATHS = ['plugins']
PLUGINS = ['yaml_front_matter']
DIRECT_TEMPLATES = ['index']
ARTICLE_URL = ARTICLE_SAVE_AS = '{slug}.html'
DRAFT_SAVE_AS = ''
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
