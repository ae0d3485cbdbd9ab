package generator

// CoverKeys are where themes look for a post's picture for lists and link previews, in front
// matter. Some have a map with the address of the picture.
var CoverKeys = []string{
	"images", "cover", "image", "featured_image", "featuredImage", "featureImage", "feature_image", "featured-image",
	"thumbnail-img", "cover-img", "share-img", "thumbnail", "coverImage", "cover_image", "cover-image", "coverimage",
	"heroImage", "hero_image", "hero-image", "hero", "banner", "thumb", "feature-img", "feature_img", "featured",
	"feature",
	"teaser", "preview_image", "previewImage", "og_image", "ogImage", "og-image", "social_image", "socialImage",
	"share_image",
	"shareImage", "post_image", "postImage", "main_image", "mainImage", "bannerImage", "banner_image", "background", "img",
	"header.teaser", "header.image", "header.og_image", "header.overlay_image",
}

// AltBeside are the keys beside a cover's that may have the alternative text of its picture.
func AltBeside(cover string) []string {
	return []string{cover + "Alt", cover + "_alt", cover + "-alt"}
}

// CoverMaps are the keys of CoverKeys that are also read with the address in a part of their map.
var CoverMaps = []string{"cover.image"}
