#include "account.h"

#include "atrium/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace atrium::auth {

namespace {

constexpr std::size_t maxEmailBytes = 190;
constexpr std::size_t maxNameBytes = 100;
constexpr std::size_t maxPhoneBytes = 40;
constexpr std::size_t maxPromotionBytes = 60;
constexpr std::size_t maxAvatarBytes = 500;
constexpr const char* defaultPromotion = "EMI";

const Text badEmail{"Email invalide", "Invalid e-mail address"};
const Text missingName{"Le nom est requis", "The name is required"};
const Text emptyName{"Le nom ne peut pas être vide", "The name cannot be empty"};
const Text badName{"Nom invalide", "Invalid name"};
const Text badPhone{"Téléphone invalide", "Invalid phone number"};
const Text badPromotion{"Promotion invalide", "Invalid promotion"};
const Text badAvatar{"Avatar invalide", "Invalid avatar address"};

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

bool hasControl(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool isLine(std::string_view text, std::size_t maxBytes)
{
    return text.size() <= maxBytes && isCleanUtf8(text) && !hasControl(text);
}

/// The first member that has text in it, trimmed.
std::string firstText(const Value& body, std::initializer_list<const char*> keys)
{
    for (const auto* key : keys)
        if (const auto text = body.textOr(key, ""); !trimmed(text).empty()) return std::string(trimmed(text));
    return {};
}

/// Collects all that is wrong with one body.
class Complaints {
public:
    void add(const char* pointer, const Text& text)
    {
        for (const auto part : {&Text::fr, &Text::en}) {
            auto& sum = message_.*part;
            if (!sum.empty()) sum += ", ";
            sum += text.*part;
        }
        fields_.push_back({pointer, text.fr});
    }
    bool empty() const { return fields_.empty(); }
    Error error() const
    {
        auto error = makeError(ErrorCode::InvalidArgument, message_);
        error.fields = fields_;
        return error;
    }

private:
    Text message_;
    std::vector<FieldError> fields_;
};

bool isName(const PersonName& name)
{
    for (const auto* part : {&name.name, &name.username, &name.fname, &name.lname})
        if (!isLine(*part, maxNameBytes * 2 + 1)) return false;
    return true;
}

bool isWebAddress(std::string_view text)
{
    const bool hasScheme =
        text.substr(0, 8) == "https://" || text.substr(0, 7) == "http://" || text.substr(0, 9) == "/uploads/";
    return hasScheme && isLine(text, maxAvatarBytes) && text.find_first_of(" \"'<>\\`") == std::string_view::npos;
}

/// The first character of a text, as UTF-8.
std::string_view firstCharacter(std::string_view text)
{
    std::size_t size = text.empty() ? 0 : 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
    return text.substr(0, size);
}

} // namespace

std::string emailKey(std::string_view email)
{
    std::string key(trimmed(email));
    for (auto& c : key)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return key;
}

bool isEmail(std::string_view text)
{
    if (!isLine(text, maxEmailBytes) || text.find_first_of(" ,;:<>()[]\\\"") != std::string_view::npos) return false;
    const auto at = text.find('@');
    if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
    const auto domain = text.substr(at + 1);
    if (domain == "localhost") return true;
    const auto dot = domain.rfind('.');
    return dot != std::string_view::npos && dot > 0 && dot + 1 < domain.size() && domain.front() != '.' &&
           domain.find("..") == std::string_view::npos;
}

std::optional<PersonName> nameFrom(const Value& body)
{
    PersonName person;
    person.name = firstText(body, {"name"});
    person.username = firstText(body, {"username"});
    person.fname = firstText(body, {"fname", "firstName", "first_name"});
    person.lname = firstText(body, {"lname", "lastName", "last_name"});
    if (person.name.empty() && !(person.fname.empty() && person.lname.empty()))
        person.name = person.fname + (person.fname.empty() || person.lname.empty() ? "" : " ") + person.lname;
    if (person.name.empty()) person.name = person.username;
    if (person.name.empty()) return std::nullopt;
    if (person.username.empty()) person.username = person.name;
    if (person.fname.empty() && person.lname.empty()) {
        const auto space = person.name.find(' ');
        person.fname = person.name.substr(0, space);
        if (space != std::string::npos) person.lname = trimmed(std::string_view(person.name).substr(space));
    }
    // A client refuses a user without a first name.
    if (person.fname.empty()) std::swap(person.fname, person.lname);
    return person;
}

Result<Registration> readRegistration(const Value& body, const PasswordPolicy& passwords)
{
    Complaints complaints;
    Registration registration;
    registration.email = trimmed(body.textOr("email", ""));
    if (!isEmail(registration.email)) complaints.add("/email", badEmail);

    registration.password = body.textOr("password", "");
    if (const auto why = passwords.complaint(registration.password)) complaints.add("/password", *why);

    const auto name = nameFrom(body);
    if (!name) complaints.add("/name", missingName);
    else if (!isName(*name)) complaints.add("/name", badName);
    else registration.name = *name;

    registration.phone = firstText(body, {"phone", "phoneNumber", "phone_number"});
    if (!isLine(registration.phone, maxPhoneBytes)) complaints.add("/phone", badPhone);
    registration.promotion = firstText(body, {"promotion"});
    if (registration.promotion.empty()) registration.promotion = defaultPromotion;
    if (!isLine(registration.promotion, maxPromotionBytes)) complaints.add("/promotion", badPromotion);
    registration.avatarUrl = firstText(body, {"avatarUrl"});
    if (!registration.avatarUrl.empty() && !isWebAddress(registration.avatarUrl))
        complaints.add("/avatarUrl", badAvatar);

    if (!complaints.empty()) return complaints.error();
    return registration;
}

Result<ProfileChange> readProfileChange(const Value& body, const Account& current)
{
    Complaints complaints;
    ProfileChange change;
    if (body.find("email")) {
        change.email = trimmed(body.textOr("email", ""));
        if (!isEmail(*change.email)) complaints.add("/email", badEmail);
    }
    const auto has = [&](std::initializer_list<const char*> keys) {
        return std::any_of(keys.begin(), keys.end(), [&](const char* key) { return body.find(key) != nullptr; });
    };
    if (has({"name", "username", "fname", "lname", "firstName", "lastName", "first_name", "last_name"})) {
        auto name = nameFrom(body);
        if (!name) complaints.add("/name", emptyName);
        else if (!isName(*name)) complaints.add("/name", badName);
        else {
            // Only what was given changes; a new display name takes first and last name along.
            if (!body.find("username"))
                name->username = current.name.username == current.name.name ? name->name : current.name.username;
            if (!has({"name", "fname", "lname", "firstName", "lastName", "first_name", "last_name"})) {
                name->name = current.name.name;
                name->fname = current.name.fname;
                name->lname = current.name.lname;
            }
            change.name = std::move(name);
        }
    }
    if (const auto* phone = body.find("phone")) {
        change.phone = phone->ifText() ? std::string(trimmed(phone->text())) : std::string();
        if (!isLine(*change.phone, maxPhoneBytes)) complaints.add("/phone", badPhone);
    }
    if (body.find("promotion")) {
        change.promotion = trimmed(body.textOr("promotion", ""));
        if (change.promotion->empty() || !isLine(*change.promotion, maxPromotionBytes))
            complaints.add("/promotion", badPromotion);
    }
    if (!complaints.empty()) return complaints.error();
    return change;
}

Object toJsonObject(const Account& account)
{
    const std::string role = toString(account.role);
    const auto createdAt = toIso8601(account.createdAt);
    return {{"id", account.id.value},
            {"_id", std::to_string(account.id.value)},
            {"name", account.name.name},
            {"email", account.email},
            {"username", account.name.username},
            {"fname", account.name.fname},
            {"lname", account.name.lname},
            {"phone", account.phone},
            {"role", role},
            {"roles", List{role}},
            {"ownRole", account.ownRole},
            {"active", account.active && account.confirmed ? 1 : 0},
            {"balance", static_cast<double>(account.balance) / 100.0},
            {"promotion", account.promotion},
            {"avatarUrl", account.avatarUrl.empty() ? defaultAvatar(account) : account.avatarUrl},
            {"twoFactorEnabled", account.twoFactorEnabled},
            {"createdAt", createdAt},
            {"created_at", createdAt}};
}

bool hasSplitName(const Value& body) { return body.find("fname") != nullptr && body.find("lname") != nullptr; }

Object toPublicJson(const Account& account)
{
    const auto createdAt = toIso8601(account.createdAt);
    return {{"id", account.id.value},
            {"_id", std::to_string(account.id.value)},
            {"name", account.name.name},
            {"username", account.name.username},
            {"fname", account.name.fname},
            {"lname", account.name.lname},
            {"promotion", account.promotion},
            {"avatarUrl", account.avatarUrl.empty() ? defaultAvatar(account) : account.avatarUrl},
            {"createdAt", createdAt},
            {"created_at", createdAt}};
}

std::string defaultAvatar(const Account& account)
{
    constexpr std::array<const char*, 8> colours{"1565c0", "2e7d32", "ad1457", "6a1b9a",
                                                 "ef6c00", "00838f", "4e342e", "37474f"};
    const auto* colour = colours[static_cast<std::size_t>(account.id.value) % colours.size()];
    std::string initials;
    for (const auto part : {firstCharacter(account.name.fname), firstCharacter(account.name.lname)}) {
        // No character that means something in SVG.
        if (part.size() == 1 && !std::isalnum(static_cast<unsigned char>(part.front()))) continue;
        for (const unsigned char c : part) {
            constexpr char digits[] = "0123456789ABCDEF";
            initials += '%';
            initials += digits[c >> 4];
            initials += digits[c & 15];
        }
    }
    return std::string("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'%3E%3Crect "
                       "width='64' height='64' fill='%23") +
           colour +
           "'/%3E%3Ctext x='32' y='41' font-size='26' font-family='sans-serif' fill='white' text-anchor='middle'%3E" +
           initials + "%3C/text%3E%3C/svg%3E";
}

} // namespace atrium::auth
