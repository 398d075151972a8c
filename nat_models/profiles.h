// The NATs that natbed knows by name: profiles that come with it, the systematic kinds, and those of
// the user.
//
// A profile is data; the translator knows no names. Beside the profiles stand the nine kinds of the
// systematic grid, mapping × filtering, which differ in nothing else, so that a matrix over them
// shows what these two axes do and not what some vendor's timers do.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "nat_models/profile.h"

namespace natbed {

// By name: generic ones first (full-cone, port-restricted, symmetric, ..., none), then boxes and
// services, then the user's.
const std::deque<NatProfile>& profiles();
// eim-eif, eim-adf, eim-apdf, adm-eif, ... apdm-apdf: mapping first, in the words of RFC 4787.
std::span<const NatProfile> nat_kinds();

// One of profiles() or nat_kinds(), or null.
const NatProfile* find_profile(std::string_view name);
// The same for names that users write: the error names the closest one, or lists them all.
Result<const NatProfile*> profile_named(std::string_view name);

// Adds a user's profile, from a file or from all files *.json of a folder. An Error if it is no
// profile, or if its name is taken. REQUIRES: no other thread reads profiles yet.
Status add_profile_file(const std::string& path);
Status add_profile_folder(const std::string& path);

struct ProfileText {
  std::string_view file;
  std::string_view json;
};
std::span<const ProfileText> builtin_profile_texts();

}  // namespace natbed
