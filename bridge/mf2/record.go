package mf2

// AtURI is the property that has the URI of a post's record on the AT Protocol. Tools that publish sites
// there keep it in the front matter as atUri.
const AtURI = "at-uri"
