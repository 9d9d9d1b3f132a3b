#include "press.h"

namespace atrium::tasmota {

namespace {

/// SetOption11 exchanges the first two, SetOption13 leaves the first alone.
void addButton(const Setup& setup, std::size_t index, std::vector<Press>& out)
{
    constexpr std::pair<const char*, const char*> meanings[] = {
        {"SINGLE", "button_short_press"},   {"DOUBLE", "button_double_press"},   {"TRIPLE", "button_triple_press"},
        {"QUAD", "button_quadruple_press"}, {"PENTA", "button_quintuple_press"}, {"HOLD", "button_long_press"}};
    const bool isSingle = setup.options.contains(Setup::singleButtons);
    const bool isSwapped = !isSingle && setup.options.contains(Setup::swapsButtons);
    const auto number = std::to_string(index + 1);
    for (const auto& [word, type] : meanings) {
        std::string meaning = type;
        if (isSwapped && std::string_view(word) == "SINGLE") meaning = "button_double_press";
        if (isSwapped && std::string_view(word) == "DOUBLE") meaning = "button_short_press";
        out.push_back({setup.key + "_button_" + number + '_' + word, "Button" + number, word, std::move(meaning),
                       "button_" + number});
        if (isSingle) return;
    }
}

/// What a toggle and a hold mean, by SwitchMode.
void addSwitch(const Setup& setup, std::size_t index, std::vector<Press>& out)
{
    const int mode = setup.switchModes[index];
    const bool toggles = mode == 0 || (mode >= 3 && mode <= 8) || mode == 11 || mode == 12;
    const char* holdMeans = mode == 5 || mode == 6                 ? "button_long_press"
                            : mode == 8 || mode == 9 || mode == 10 ? "button_double_press"
                                                                   : nullptr;
    const auto number = std::to_string(index + 1);
    const bool isNamed = index < setup.switchNames.size() && !setup.switchNames[index].empty();
    const std::string source = isNamed ? setup.switchNames[index] : "Switch" + number;
    const auto add = [&](const std::string& word, const char* type) {
        out.push_back({setup.key + "_switch_" + number + '_' + word, source, word, type, "switch_" + number});
    };
    if (toggles) add(setup.toggle, "button_short_press");
    if (holdMeans) add(setup.hold, holdMeans);
}

} // namespace

std::vector<Press> pressesOf(const Setup& setup)
{
    std::vector<Press> presses;
    if (setup.options.contains(Setup::detachesButtons))
        for (std::size_t i = 0; i < setup.buttons.size(); ++i)
            if (setup.buttons[i] != 0) addButton(setup, i, presses);
    for (std::size_t i = 0; i < setup.switchModes.size(); ++i) addSwitch(setup, i, presses);
    return presses;
}

AnnouncedEntity describe(const Press& press, const Setup& setup)
{
    AnnouncedEntity entity;
    entity.id = press.id;
    entity.spec.component = "device_automation";
    entity.spec.name = press.type + ' ' + press.subtype;
    entity.spec.capabilities = Object{{"automation_type", "trigger"},
                                      {"type", press.type},
                                      {"subtype", press.subtype},
                                      {"topic", setup.statPrefix + "RESULT"},
                                      {"payload", press.word}};
    return entity;
}

bool happened(const Press& press, const Value& result)
{
    const Value* source = result.find(press.source);
    return source && source->textOr("Action", "") == press.word;
}

} // namespace atrium::tasmota
