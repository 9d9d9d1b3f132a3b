#include "grant.h"

#include <cctype>

namespace atrium::auth {

namespace {

constexpr std::size_t maxPermissionBytes = 100;
constexpr std::size_t maxObjectBytes = 120;

Error invalid(const char* pointer, Text text)
{
    auto error = makeError(ErrorCode::InvalidArgument, text);
    error.fields = {{pointer, text.fr}};
    return error;
}

/// `HH:MM`, 24:00 allowed.
std::optional<int> readMinute(std::string_view text)
{
    const auto digit = [&](std::size_t i) { return std::isdigit(static_cast<unsigned char>(text[i])) != 0; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
    const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    if (minute > 59 || hour * 60 + minute > AccessWindow::wholeDay) return std::nullopt;
    return hour * 60 + minute;
}

std::string writeMinute(int minute)
{
    const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(minute / 60) + ":" + two(minute % 60);
}

Value timeOrNull(UtcTime time) { return time == UtcTime{} ? Value() : Value(toIso8601(time)); }

} // namespace

bool AccessWindow::isOpen(UtcTime now, const LocalMoment& local) const
{
    if (validFrom != UtcTime{} && now < validFrom) return false;
    if (isOver(now)) return false;
    const auto on = [&](int weekday) { return (days >> weekday & 1u) != 0; };
    if (fromMinute < untilMinute) return on(local.weekday) && local.minute >= fromMinute && local.minute < untilMinute;
    // Past midnight: the morning belongs to the window that began the day before.
    return (on(local.weekday) && local.minute >= fromMinute) ||
           (on((local.weekday + 6) % 7) && local.minute < untilMinute);
}

Result<Grant> readGrant(const Value& body)
{
    Grant grant;
    grant.permission = body.textOr("permission", "");
    if (grant.permission.empty() || grant.permission.size() > maxPermissionBytes || !isCleanUtf8(grant.permission))
        return invalid("/permission", {"Permission invalide", "Invalid permission"});
    if (const auto* object = body.find("object")) {
        const auto kind = parseObjectKind(object->textOr("kind", "site"));
        if (!kind) return invalid("/object/kind", {"Type d'objet inconnu", "Unknown kind of object"});
        grant.objectKind = *kind;
        const auto* id = object->find("id");
        grant.objectId = !id ? "" : id->isInteger() ? std::to_string(id->integer()) : object->textOr("id", "");
        const bool isSite = *kind == AccessObject::Kind::Site;
        if (isSite != grant.objectId.empty() || grant.objectId.size() > maxObjectBytes || !isCleanUtf8(grant.objectId))
            return invalid("/object/id", {"Objet invalide", "Invalid object"});
    }
    if (const auto* days = body.find("days"); days && days->isList()) {
        grant.window.days = 0;
        for (const auto& day : days->list()) {
            const auto* number = day.ifInteger();
            if (!number || *number < 0 || *number > 6)
                return invalid("/days", {"Jours invalides (0 = lundi)", "Invalid days (0 = Monday)"});
            grant.window.days |= 1u << *number;
        }
    }
    for (const auto& [key, minute] :
         {std::pair{"from", &AccessWindow::fromMinute}, {"until", &AccessWindow::untilMinute}})
        if (const auto* text = body.find(key); text && text->isText()) {
            const auto read = readMinute(text->text());
            if (!read)
                return invalid(key == std::string("from") ? "/from" : "/until",
                               {"Heure invalide (HH:MM)", "Invalid time (HH:MM)"});
            grant.window.*minute = *read;
        }
    for (const auto& [key, time] :
         {std::pair{"validFrom", &AccessWindow::validFrom}, {"validUntil", &AccessWindow::validUntil}})
        if (const auto* text = body.find(key); text && text->isText()) {
            const auto read = parseTime(text->text());
            if (!read) return invalid(key, {"Date invalide", "Invalid date"});
            grant.window.*time = *read;
        }
    return grant;
}

Object toJsonObject(const Grant& grant)
{
    List days;
    for (int day = 0; day < 7; ++day)
        if ((grant.window.days >> day & 1u) != 0) days.push_back(day);
    return {{"id", grant.id},
            {"userId", grant.user ? Value(grant.user.value) : Value()},
            {"groupId", grant.group != 0 ? Value(grant.group) : Value()},
            {"role", grant.role.empty() ? Value() : Value(grant.role)},
            {"permission", grant.permission},
            {"object", Object{{"kind", toString(grant.objectKind)}, {"id", grant.objectId}}},
            {"days", std::move(days)},
            {"from", writeMinute(grant.window.fromMinute)},
            {"until", writeMinute(grant.window.untilMinute)},
            {"validFrom", timeOrNull(grant.window.validFrom)},
            {"validUntil", timeOrNull(grant.window.validUntil)},
            {"createdBy", grant.createdBy.value},
            {"createdAt", toIso8601(grant.createdAt)}};
}

} // namespace atrium::auth
