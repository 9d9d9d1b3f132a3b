#include "setup.h"

namespace atrium::tasmota {

namespace {

std::string replaced(std::string text, std::string_view what, const std::string& by)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

std::vector<std::string> texts(const Value& config, const char* key)
{
    std::vector<std::string> out;
    if (const Value* list = config.find(key); list && list->isList())
        for (const auto& item : list->list()) out.push_back(asText(item));
    return out;
}

std::vector<int> wholes(const Value* list)
{
    std::vector<int> out;
    if (list && list->isList())
        for (const auto& item : list->list()) out.push_back(static_cast<int>(item.ifNumber().value_or(0)));
    return out;
}

std::string at(const std::vector<std::string>& texts, std::size_t index)
{
    return index < texts.size() ? texts[index] : std::string{};
}

} // namespace

std::string asText(const Value& value)
{
    if (const auto* text = value.ifText()) return *text;
    if (const auto* whole = value.ifInteger()) return std::to_string(*whole);
    return {};
}

std::string Setup::nameOf(std::string_view component, std::size_t index) const
{
    const auto own = at(names, index);
    if (index == 0 && (own == name || (own.empty() && !hasDiscovery))) return {};
    return own.empty() ? std::string(component) + ' ' + std::to_string(index + 1) : own;
}

Result<Setup> readSetup(const Value& config)
{
    Setup setup;
    setup.mac = setup.key = config.textOr("mac", "");
    setup.topic = config.textOr("t", "");
    const auto fullTopic = config.textOr("ft", "");
    if (setup.mac.empty() || setup.topic.empty() || fullTopic.empty())
        return makeError(ErrorCode::InvalidArgument, {"mac, t et ft sont requis", "mac, t and ft are required"});
    setup.hasDiscovery = true;
    setup.name = config.textOr("dn", setup.topic);
    setup.model = config.textOr("md", "");
    setup.firmware = config.textOr("sw", "");
    setup.address = config.textOr("ip", "");
    setup.onlineWord = config.textOr("onln", "Online");
    setup.offlineWord = config.textOr("ofln", "Offline");
    const auto words = texts(config, "state");
    std::size_t index = 0;
    for (auto* word : {&setup.off, &setup.on, &setup.toggle, &setup.hold})
        if (auto said = at(words, index++); !said.empty()) *word = std::move(said);
    setup.names = texts(config, "fn");
    setup.switchNames = texts(config, "swn");
    setup.relays = wholes(config.find("rl"));
    setup.switchModes = wholes(config.find("swc"));
    setup.buttons = wholes(config.find("btn"));
    setup.shutterOptions = wholes(config.find("sho"));
    if (const Value* tilts = config.find("sht"); tilts && tilts->isList())
        for (const auto& tilt : tilts->list()) setup.shutterTilts.push_back(wholes(&tilt));
    if (const Value* options = config.find("so"); options && options->isObject())
        for (const auto& [number, value] : options->object())
            if (value.ifNumber().value_or(0) != 0) setup.options.insert(std::atoi(number.c_str()));
    setup.lightKind = static_cast<int>(config.integerOr("lt_st", 0));
    setup.linksWhite = config.integerOr("lk", 1) != 0;
    setup.isFan = config.integerOr("if", 0) != 0;
    setup.isTuya = config.integerOr("ty", 0) != 0;
    setup.hasCamera = config.integerOr("cam", 0) != 0;
    setup.hasBattery = config.integerOr("bat", 0) != 0;
    setup.sleeps = config.integerOr("dslp", 0) != 0;
    std::string base = replaced(replaced(fullTopic, "%topic%", setup.topic), "%hostname%", config.textOr("hn", ""));
    base = replaced(base, "%id%", setup.mac.size() >= 6 ? setup.mac.substr(setup.mac.size() - 6) : setup.mac);
    const auto prefixes = texts(config, "tp");
    setup.commandPrefix = replaced(base, "%prefix%", at(prefixes, 0));
    setup.statPrefix = replaced(base, "%prefix%", at(prefixes, 1));
    setup.telePrefix = replaced(base, "%prefix%", at(prefixes, 2));
    return setup;
}

} // namespace atrium::tasmota
