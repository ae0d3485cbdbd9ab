package main

import (
	"context"

	"gitpost/bridge/config"
	"gitpost/bridge/survey"
)

// chooseTheme asks about what the theme needs of a post, where gitpost's conclusion is one that the
// site's owner may know better. Nothing is asked where gitpost is sure.
func (s *setup) chooseTheme(ctx context.Context, read *survey.Survey) error {
	if s.person == nil {
		return nil
	}
	if err := s.chooseTitles(ctx, read); err != nil {
		return err
	}
	return s.chooseCover(ctx, read)
}

func (s *setup) chooseTitles(ctx context.Context, read *survey.Survey) error {
	needs, reason := read.Site.NeedsTitles(read)
	if !needs {
		return nil
	}
	s.say("\nA short post from an app has no title, and %s.\nWithout one, lists would have no link to it.", reason)
	make, err := s.person.yesOrNo(ctx, "Give such posts a title made of their first words (site.titles)", true)
	if err == nil && !make {
		s.set["site.titles"] = "never"
	}
	return err
}

func (s *setup) chooseCover(ctx context.Context, read *survey.Survey) error {
	usual := read.Site.UncertainCover(read)
	if usual == "" {
		return nil
	}
	s.say("\nThe layouts of your theme are not in the repository, and none of your posts has a picture for lists and " +
		"link\n" +
		"previews. The documentation of your theme names the key of the front matter for it, such as cover.")
	key, err := s.person.ask(ctx, "Key of a post's picture, or none (site.cover)", usual, func(answer string) error {
		return config.CheckKey("site.cover", answer, s.dir)
	})
	if err == nil && key != usual {
		s.set["site.cover"] = key
	}
	return err
}
