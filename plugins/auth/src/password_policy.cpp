#include "password_policy.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace atrium::auth {

namespace {

/// The most used passwords of published breaches, in French and English, that are long enough to be allowed.
constexpr const char* builtinList =
    "123456 123456789 12345678 1234567 1234567890 password password1 password123 passw0rd azerty azertyuiop azerty123 "
    "qwerty qwerty123 qwertyuiop 1q2w3e4r 1qaz2wsx abc123 abcdef abcd1234 111111 000000 123123 654321 666666 888888 "
    "121212 112233 123321 987654321 motdepasse motdepasse1 bonjour bonjour1 soleil doudou loulou chouchou marseille "
    "iloveyou jetaime admin123 administrateur administrator letmein welcome welcome1 monkey dragon football princess "
    "sunshine master shadow superman batman michael jordan charlie secret secret1 changeme default atrium "
    "nicolas camille thomas julien olivier alexandre caroline isabelle vanille coucou doudou123 chocolat "
    "qazwsx zaq12wsx asdfgh asdfghjkl zxcvbn zxcvbnm trustno1 starwars pokemon naruto internet computer samsung "
    "google facebook liverpool chelsea arsenal barcelona realmadrid juventus";

std::string lower(std::string_view text)
{
    std::string result(text);
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::size_t characters(std::string_view utf8)
{
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

PasswordPolicy::PasswordPolicy(std::size_t minCharacters, const std::string& commonPasswords)
    : minCharacters_(minCharacters)
{
    if (commonPasswords.empty()) return;
    if (commonPasswords == "builtin") {
        std::istringstream words(builtinList);
        for (std::string word; words >> word;) common_.insert(word);
        return;
    }
    std::ifstream file(commonPasswords);
    if (!file) throw std::runtime_error("cannot read the list of common passwords " + commonPasswords);
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) common_.insert(lower(line));
    }
}

std::optional<Text> PasswordPolicy::complaint(std::string_view password) const
{
    const auto length = characters(password);
    const auto minimum = std::to_string(minCharacters_);
    if (length < minCharacters_)
        return Text{"Le mot de passe doit contenir au moins " + minimum + " caractères",
                    "The password must have at least " + minimum + " characters"};
    if (length > maxCharacters) return Text{"Le mot de passe est trop long", "The password is too long"};
    if (common_.contains(lower(password)))
        return Text{"Ce mot de passe est trop courant", "This password is too common"};
    return std::nullopt;
}

Result<void> PasswordPolicy::check(std::string_view password, const char* pointer) const
{
    const auto why = complaint(password);
    if (!why) return {};
    auto error = makeError(ErrorCode::InvalidArgument, *why);
    error.fields = {{pointer, why->fr}};
    return error;
}

} // namespace atrium::auth
