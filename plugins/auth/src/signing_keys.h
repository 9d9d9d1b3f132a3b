#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::auth {

/// A secret that signs tokens; `kid` names it in their header (RFC 7515 §4.1.4).
struct SigningKey {
    std::string kid;
    std::string secret;
};

/// The key of a secret: its name follows from the secret and tells nothing of it.
SigningKey signingKeyOf(std::string secret);

/// The keys that tokens are signed with, newest first: the first signs, all verify. They are the files `jwt_secret` and
/// `jwt_secret.KID` (mode 0600) of a folder, unless the settings give them. Thread: any that may block.
class SigningKeys {
public:
    /// `current` and `previous` are settings, empty = from files.
    SigningKeys(std::filesystem::path folder, std::string current, std::string previous);

    /// Makes what is missing; forgets files that no unexpired token (`tokenLife`) can have been signed with. Throws
    /// std::runtime_error.
    std::vector<SigningKey> load(std::chrono::seconds tokenLife) const;
    /// Whether rotate() can work: the secret is not a setting.
    bool canRotate() const { return current_.empty(); }
    /// A new key signs from now on, the old one goes on verifying.
    void rotate() const;

private:
    std::filesystem::path currentFile() const { return folder_ / "jwt_secret"; }

    const std::filesystem::path folder_;
    const std::string current_;
    const std::string previous_;
};

} // namespace atrium::auth
