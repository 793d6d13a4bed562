#include "record/inbox.h"

#include "record/vault.h"

namespace heng::record {

Result<void> leave_note(Disk& disk, const std::string& vault_dir, Json content, Instant now, Random& random) {
  const std::string folder = vault_dir + "/inbox";
  HENG_TRY_VOID(disk.make_dirs(folder));
  std::string time = std::to_string(now.us < 0 ? 0 : now.us);
  time.insert(0, 20 - std::min<size_t>(20, time.size()), '0');
  uint8_t salt[8];
  random.fill(salt, sizeof salt);
  content.add("t", Json::of(std::string("heng.inbox/1")));
  return write_durably(
      disk, folder + "/" + time + "-" + tlog::to_hex({reinterpret_cast<const char*>(salt), sizeof salt}),
      canonical(content) + "\n");
}

Result<std::vector<InboxNote>> notes_in(const Disk& disk, const std::string& vault_dir) {
  std::vector<InboxNote> out;
  const std::string folder = vault_dir + "/inbox";
  if (!disk.exists(folder)) return out;
  HENG_TRY(const std::vector<std::string> names, disk.list(folder));
  for (const std::string& name : names) {
    if (name.ends_with(".tmp")) continue;  // not yet left
    const std::string path = folder + "/" + name;
    auto bytes = read_whole(disk, path, size_t{2} << 20);
    if (!bytes.ok() && bytes.error().kind == ErrorKind::not_found) continue;  // the writer has just recorded it
    if (!bytes.ok()) return bytes.error();
    auto content = parse_json(*bytes);
    if (!content.ok() || content->text_of("t") != "heng.inbox/1" || !content->text_of("kind"))
      return Error{ErrorKind::bad_input, "inbox-malformed", "a note in the inbox cannot be read", path,
                   "look at it and take it away"};
    out.push_back({path, std::move(*content)});
  }
  return out;
}

}  // namespace heng::record
