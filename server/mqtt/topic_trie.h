#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::mqtt {

/// MQTT topic filters and what is attached to them; finds all filters that match a topic (MQTT 3.1.1 §4.7: `+`, `#`, a
/// leading `$` is not matched by wildcards). Thread: none of its own.
template <class T>
class TopicTrie {
public:
    void insert(std::string_view filter, T item) { node(filter).items.push_back(std::move(item)); }

    /// Removes the first equal item under `filter`; false when there was none.
    bool remove(std::string_view filter, const T& item) { return removeBelow(root_, filter, item); }

    /// Appends the items of all matching filters to `out`.
    void match(std::string_view topic, std::vector<T>& out) const
    {
        matchBelow(root_, topic, !topic.starts_with('$'), out);
    }

    bool empty() const { return root_.children.empty(); }

private:
    struct Node {
        std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
        std::vector<T> items;
    };

    /// Splits off the first level; `rest` becomes nullptr-data when there is no further level.
    static std::string_view firstLevel(std::string_view topic, std::string_view& rest)
    {
        const auto slash = topic.find('/');
        rest = slash == std::string_view::npos ? std::string_view{} : topic.substr(slash + 1);
        return topic.substr(0, slash);
    }
    static bool hasMore(std::string_view topic) { return topic.find('/') != std::string_view::npos; }

    Node& node(std::string_view filter)
    {
        Node* current = &root_;
        for (bool more = true; more;) {
            more = hasMore(filter);
            std::string_view rest;
            const auto level = firstLevel(filter, rest);
            auto& child = current->children[std::string(level)];
            if (!child) child = std::make_unique<Node>();
            current = child.get();
            filter = rest;
        }
        return *current;
    }

    static bool removeBelow(Node& parent, std::string_view filter, const T& item)
    {
        const bool more = hasMore(filter);
        std::string_view rest;
        const auto found = parent.children.find(firstLevel(filter, rest));
        if (found == parent.children.end()) return false;
        Node& child = *found->second;
        bool removed = false;
        if (more) removed = removeBelow(child, rest, item);
        else
            for (auto it = child.items.begin(); it != child.items.end() && !removed; ++it)
                if (*it == item) {
                    child.items.erase(it);
                    removed = true;
                    break;
                }
        if (child.items.empty() && child.children.empty()) parent.children.erase(found);
        return removed;
    }

    static void matchBelow(const Node& parent, std::string_view topic, bool wildcards, std::vector<T>& out)
    {
        const auto append = [&](const Node& node) { out.insert(out.end(), node.items.begin(), node.items.end()); };
        const bool more = hasMore(topic);
        std::string_view rest;
        const auto level = firstLevel(topic, rest);
        const auto descend = [&](const Node& child) {
            if (more) {
                matchBelow(child, rest, true, out);
                return;
            }
            append(child);
            // `a/#` also matches `a` itself.
            if (const auto all = child.children.find(std::string_view("#")); all != child.children.end())
                append(*all->second);
        };
        if (const auto exact = parent.children.find(level); exact != parent.children.end()) descend(*exact->second);
        if (!wildcards) return;
        if (const auto any = parent.children.find(std::string_view("+")); any != parent.children.end())
            descend(*any->second);
        if (const auto all = parent.children.find(std::string_view("#")); all != parent.children.end())
            append(*all->second);
    }

    Node root_;
};

} // namespace atrium::mqtt
