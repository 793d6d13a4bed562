#include "act/xml_reader.h"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "act/encoding.h"
#include "base/text.h"

namespace heng {
namespace {

constexpr int kChunk = 64 << 10;

Error xml_error(std::string_view code, std::string what, std::string help) {
  return Error{ErrorKind::bad_input, std::string(code), std::move(what), "", std::move(help)};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// The encoding named in <?xml … encoding="…"?>, empty if none can be read there.
std::string declared_encoding(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) return "utf-8";
  if (!head.starts_with("<?xml")) return "";
  head = head.substr(0, std::min(head.find("?>"), size_t{1024}));
  const size_t at = head.find("encoding");
  if (at == std::string_view::npos) return "";
  const size_t open = head.find_first_of("\"'", at);
  if (open == std::string_view::npos) return "";
  const size_t close = head.find(head[open], open + 1);
  if (close == std::string_view::npos) return "";
  return lower(head.substr(open + 1, close - open - 1));
}

// The encoding iconv must undo before expat, empty if expat reads it itself.
std::string foreign_encoding(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\xFF\xFE\0\0"sv)) return "UTF-32";
  if (head.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  const std::string name = declared_encoding(head);
  for (const std::string_view known : {""sv, "utf-8"sv, "utf8"sv, "utf-16"sv, "us-ascii"sv, "iso-8859-1"sv}) {
    if (name == known) return "";
  }
  return name;
}

}  // namespace

struct XmlReader::Impl {
  XmlReader& self;
  Source& source;
  Intake& intake;
  Choose choose;
  XML_Parser parser = nullptr;
  std::unique_ptr<XmlHandler> handler;
  std::string prefix;  // of <log>, with the colon
  uint64_t depth = 0;
  uint64_t foreign_depth = 0;  // inside an element of another namespace
  uint64_t fed = 0;
  Error error;
  bool has_error = false;

  void stop(Error why) {
    if (has_error) return;
    has_error = true;
    error = std::move(why);
    if (error.where.empty()) error.where = self.where();
    XML_StopParser(parser, XML_FALSE);
  }

  void start(const char* name, const char** attributes) {
    if (++depth > intake.options.max_depth)
      return stop(xml_error("xml-too-deep", fmt::format("more than {} elements are open", intake.options.max_depth),
                            "no log needs that: the file is damaged or made to do harm"));
    if (depth == 1) return root(name);
    if (foreign_depth > 0) {
      ++foreign_depth;
      return;
    }
    const char* local = name;
    if (prefix.empty() ? std::strchr(name, ':') != nullptr : std::strncmp(name, prefix.c_str(), prefix.size()) != 0) {
      intake.odd("unknown_elements");
      foreign_depth = 1;
      return;
    }
    local += prefix.size();
    if (!handler) {
      handler = choose(local, self, intake);
      XML_SetCharacterDataHandler(parser, handler->wants_text() ? &on_text : nullptr);
    }
    handler->start(local, attributes);
  }

  void root(const char* name) {
    const char* colon = std::strchr(name, ':');
    if (colon != nullptr) prefix.assign(name, static_cast<size_t>(colon - name) + 1);
    if (std::string_view(name).substr(prefix.size()) != "log")
      stop(xml_error("xml-not-a-log", fmt::format("the document is <{}>, not <log>", printable(std::string_view(name).substr(0, 60))),
                     "give an XES or OCEL 2.0 file"));
  }

  void end() {
    --depth;
    if (depth == 0) return;
    if (foreign_depth > 0) {
      --foreign_depth;
      return;
    }
    if (handler) handler->end();
  }

  static void on_start(void* user, const char* name, const char** attributes) {
    if (!static_cast<Impl*>(user)->has_error) static_cast<Impl*>(user)->start(name, attributes);
  }
  static void on_end(void* user, const char*) {
    if (!static_cast<Impl*>(user)->has_error) static_cast<Impl*>(user)->end();
  }
  static void on_text(void* user, const char* text, int size) {
    auto* impl = static_cast<Impl*>(user);
    if (!impl->has_error && impl->foreign_depth == 0 && impl->depth > 1) impl->handler->text({text, static_cast<size_t>(size)});
  }
  static void on_doctype(void* user, const char*, const char*, const char*, int) {
    static_cast<Impl*>(user)->stop(
        xml_error("xml-dtd", "the document has a document type (DTD), which may hide entities",
                  "remove the <!DOCTYPE …> line: a log needs none"));
  }

  Error parse_error() {
    if (has_error) return error;
    const XML_Error code = XML_GetErrorCode(parser);
    Error out;
    switch (code) {
      case XML_ERROR_NO_ELEMENTS:
      case XML_ERROR_UNCLOSED_TOKEN:
      case XML_ERROR_UNCLOSED_CDATA_SECTION:
      case XML_ERROR_PARTIAL_CHAR:
        out = xml_error("xml-truncated",
                        fmt::format("the file ends inside an element; {} acts before it were read", intake.report.kept),
                        "the file was not written or transferred whole: get it again");
        break;
      case XML_ERROR_UNKNOWN_ENCODING:
      case XML_ERROR_INCORRECT_ENCODING:
        out = xml_error("xml-encoding", "the encoding the document declares is not the one it is in",
                        "correct the encoding in the first line, or convert the file to UTF-8");
        break;
      case XML_ERROR_NO_MEMORY:
        out = xml_error("xml-memory", "memory ran out", "");
        out.kind = ErrorKind::environment;
        break;
      case XML_ERROR_UNDEFINED_ENTITY:
        out = xml_error("xml-entity", "an entity is used that XML does not define",
                        "write the character itself, or a number such as &#20013;");
        break;
      default:
        out = xml_error("xml-syntax", fmt::format("the document is not well-formed XML: {}", XML_ErrorString(code)),
                        "the file was damaged or edited by hand: mend this place or get it again");
    }
    out.where = self.where();
    return out;
  }

  Result<void> feed(const char* data, size_t size, bool last) {
    while (size > 0 || last) {
      const size_t piece = std::min<size_t>(size, kChunk);
      if (piece > 0) {
        void* const buffer = XML_GetBuffer(parser, static_cast<int>(piece));
        if (buffer == nullptr) return parse_error();
        std::memcpy(buffer, data, piece);
      }
      HENG_TRY_VOID(parse(piece, last && piece == size));
      data += piece;
      size -= piece;
      if (size == 0) break;
    }
    return {};
  }

  Result<void> parse(size_t size, bool last) {
    fed += size;
    const XML_Status status = size > 0 || !last ? XML_ParseBuffer(parser, static_cast<int>(size), last ? 1 : 0)
                                                : XML_Parse(parser, "", 0, 1);
    if (status != XML_STATUS_OK || has_error) return parse_error();
    const auto at = static_cast<uint64_t>(std::max<XML_Index>(XML_GetCurrentByteIndex(parser), 0));
    if (fed > at && fed - at > intake.options.max_token_bytes)
      return Error{ErrorKind::bad_input, "xml-too-large",
                   fmt::format("one tag or text is longer than {} bytes", intake.options.max_token_bytes), self.where(),
                   "no log needs that: the file is damaged or made to do harm"};
    return {};
  }

  Result<void> run_direct() {
    for (;;) {
      void* const buffer = XML_GetBuffer(parser, kChunk);
      if (buffer == nullptr) return parse_error();
      HENG_TRY(const size_t got, source.read(static_cast<char*>(buffer), kChunk));
      intake.progress(source);
      HENG_TRY_VOID(parse(got, got == 0));
      if (got == 0) return {};
    }
  }

  Result<void> run_through(Transcoder transcoder) {
    std::string bytes(kChunk, '\0');
    std::string utf8;
    for (;;) {
      HENG_TRY(const size_t got, source.read(bytes.data(), bytes.size()));
      intake.progress(source);
      utf8.clear();
      Result<void> done = got > 0 ? transcoder.feed(std::string_view(bytes.data(), got), utf8) : transcoder.finish(utf8);
      HENG_TRY_VOID(feed(utf8.data(), utf8.size(), false));
      if (!done.ok()) {
        Error bad = done.error();
        bad.where = self.where();
        return bad;
      }
      if (got == 0) return feed(nullptr, 0, true);
    }
  }
};

XmlReader::XmlReader(Source& source, Intake& intake, Choose choose)
    : impl_(new Impl{.self = *this, .source = source, .intake = intake, .choose = choose, .handler = {}, .prefix = {},
                     .error = {}}) {}

XmlReader::~XmlReader() {
  if (impl_->parser != nullptr) XML_ParserFree(impl_->parser);
}

Result<void> XmlReader::run() {
  Impl& impl = *impl_;
  const std::string foreign = foreign_encoding(impl.source.head());
  impl.parser = XML_ParserCreate(foreign.empty() ? nullptr : "UTF-8");
  HENG_ASSERT(impl.parser != nullptr);
  XML_SetUserData(impl.parser, &impl);
  XML_SetElementHandler(impl.parser, &Impl::on_start, &Impl::on_end);
  XML_SetStartDoctypeDeclHandler(impl.parser, &Impl::on_doctype);
  XML_SetParamEntityParsing(impl.parser, XML_PARAM_ENTITY_PARSING_NEVER);
  if (foreign.empty()) {
    HENG_TRY_VOID(impl.run_direct());
  } else {
    HENG_TRY(Transcoder transcoder, Transcoder::from(foreign));
    HENG_TRY_VOID(impl.run_through(std::move(transcoder)));
  }
  if (!impl.handler) impl.handler = impl.choose("", *this, impl.intake);
  impl.handler->finish();
  if (impl.has_error) return impl.error;
  return {};
}

std::string XmlReader::where() const {
  return fmt::format("{}:{}:{}", impl_->intake.name(), XML_GetCurrentLineNumber(impl_->parser),
                     XML_GetCurrentColumnNumber(impl_->parser) + 1);
}

uint64_t XmlReader::byte() const {
  return static_cast<uint64_t>(std::max<XML_Index>(XML_GetCurrentByteIndex(impl_->parser), 0));
}

void XmlReader::stop(Error error) { impl_->stop(std::move(error)); }
bool XmlReader::stopped() const { return impl_->has_error; }

namespace {

std::unique_ptr<XmlHandler> choose_log(const char* name, XmlReader& reader, Intake& intake) {
  const std::string_view first = name;
  const bool ocel = first == "object-types" || first == "event-types" || first == "objects" || first == "events";
  Format& format = intake.report.format;
  if (format == Format::automatic) format = ocel ? Format::ocel2_xml : Format::xes;
  return format == Format::ocel2_xml ? make_ocel_handler(reader, intake) : make_xes_handler(reader, intake);
}

}  // namespace

Result<void> read_xml(Source& source, Intake& intake) { return XmlReader(source, intake, &choose_log).run(); }

}  // namespace heng
