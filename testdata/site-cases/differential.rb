# Reads sites with Jekyll for TestJekyllDifferential: one folder with its TZ a line on
# standard input ("TZ<tab>folder"), one line of JSON for each on standard output. Jekyll is
# loaded once; a site is read but not rendered, which is all that addresses need.
require "jekyll"
require "json"

Jekyll.logger.log_level = :error
$stderr.reopen(File::NULL)
$stdout.sync = true
answers = $stdout.dup
answers.sync = true
$stdout.reopen(File::NULL)

def forget
  Jekyll::Utils.instance_variable_set(:@parse_date_cache, nil)
  Jekyll::PathManager.instance_variable_set(:@join, nil)
  Jekyll::PathManager.instance_variable_set(:@sanitized_path, nil)
  Jekyll::PathManager.instance_variable_set(:@slashed_dir_cache, nil)
  Jekyll.sites.clear
end

def survey(folder)
  source = File.realpath(folder)
  out = File.join(source, ".case-out")
  config = Jekyll.configuration("source" => source, "destination" => out, "quiet" => true, "disable_disk_cache" => true)
  site = Jekyll::Site.new(config)
  site.read
  filter = Liquid::Template.parse("{{ u | absolute_url }}")
  files = {}
  site.static_files.each do |f|
    next unless f.write?
    files[f.path.delete_prefix(source + "/")] = { "static" => f.destination(out).delete_prefix(out + "/") }
  end
  (site.pages + site.collections.values.flat_map(&:docs)).each do |d|
    next unless d.write?
    page = d.is_a?(Jekyll::Page)
    path = page ? d.relative_path.delete_prefix("/") : d.path.delete_prefix(source + "/")
    date = d.data["date"] unless page
    date = nil if date.is_a?(Time) && (date.to_i - site.time.to_i).abs < 2
    files[path] = {
      "url"    => filter.render!({ "u" => d.url }, :registers => { :site => site }),
      "output" => d.destination(out).delete_prefix(out + "/"),
      "kind"   => page ? "page" : d.collection.label,
      "date"   => date.respond_to?(:strftime) ? date.strftime("%Y-%m-%dT%H:%M:%S%:z") : "",
    }
  end
  { "files" => files }
rescue SystemExit, StandardError, NotImplementedError => e
  { "error" => "#{e.class}: #{e.message}" }
end

while (line = $stdin.gets)
  zone, folder = line.chomp.split("\t", 2)
  ENV["TZ"] = zone.empty? ? nil : zone
  forget
  answer = survey(folder)
  answers.puts(JSON.generate(answer.transform_values { |v| v }))
end
