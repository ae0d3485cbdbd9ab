# Asks Jekyll for TestDifferential of package jekyll. One question in JSON a line on standard input, one
# answer on standard output:
#
#   {"tz": "UTC", "folder": "…"}           what the site in a folder publishes, and where
#   {"tz": "UTC", "dates": ["…"]}          what texts mean as dates
#   {"tz": "UTC", "scalars": ["…"]}        what plain YAML values are in Ruby
#
# Jekyll is loaded once; a site is read but not rendered, which is all that addresses need.
require "jekyll"
require "json"
require "timeout"

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
  Timeout.timeout(5) { read(File.realpath(folder)) }
rescue SystemExit, StandardError, NotImplementedError => e # some addresses make Addressable loop
  { "error" => "#{e.class}: #{e.message}" }
end

def read(source)
  out = File.join(source, ".case-out")
  config = Jekyll.configuration("source" => source, "destination" => out, "quiet" => true, "disable_disk_cache" => true)
  site = Jekyll::Site.new(config)
  site.read
  filter = Liquid::Template.parse("{{ u | absolute_url }}")
  files = {}
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
end

# dates is what Jekyll makes of texts in the place of a date.
def dates(texts)
  { "dates" => texts.map do |text|
    begin
      Time.parse(text).localtime.strftime("%Y-%m-%dT%H:%M:%S%:z")
    rescue StandardError
      ""
    end
  end }
end

# scalars is what the YAML reader makes of plain values: class and text.
def scalars(texts)
  { "scalars" => texts.map do |text|
    begin
      v = Jekyll::Utils.safe_load_yaml("---\nv: #{text}\n")["v"]
      "#{v.class} #{v.is_a?(Time) ? v.utc.strftime("%Y-%m-%dT%H:%M:%SZ") : v}"
    rescue StandardError => e
      e.class.name
    end
  end }
end

while (line = $stdin.gets)
  question = JSON.parse(line)
  ENV["TZ"] = question["tz"]
  forget
  answers.puts(JSON.generate(
    if question["dates"] then dates(question["dates"])
    elsif question["scalars"] then scalars(question["scalars"])
    else survey(question["folder"])
    end
  ))
end
