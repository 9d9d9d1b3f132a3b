#include "ast.h"
#include "functions.h"
#include "scope.h"

#include <algorithm>

namespace atrium::jinja {

namespace {

struct TextNode : Statement {
    std::string text;
    explicit TextNode(std::string text) : text(std::move(text)) {}
    Flow run(Scope&, std::string& out) const override
    {
        out += text;
        return Flow::Next;
    }
};

struct Output : Statement {
    ExpressionPtr value;
    explicit Output(ExpressionPtr value) : value(std::move(value)) {}
    Flow run(Scope& scope, std::string& out) const override
    {
        out += value->evaluate(scope).text();
        scope.checkSize(out.size());
        return Flow::Next;
    }
};

struct If : Statement {
    std::vector<std::pair<ExpressionPtr, Block>> branches;
    Block otherwise;
    If(std::vector<std::pair<ExpressionPtr, Block>> branches, Block otherwise)
        : branches(std::move(branches)), otherwise(std::move(otherwise))
    {}
    Flow run(Scope& scope, std::string& out) const override
    {
        for (const auto& [condition, block] : branches)
            if (condition->evaluate(scope).truth()) return runBlock(block, scope, out);
        return runBlock(otherwise, scope, out);
    }
};

struct For : Statement {
    Target target;
    ExpressionPtr items, condition;
    Block body, otherwise;
    For(Target target, ExpressionPtr items, ExpressionPtr condition, Block body, Block otherwise)
        : target(std::move(target)), items(std::move(items)), condition(std::move(condition)), body(std::move(body)),
          otherwise(std::move(otherwise))
    {}
    Flow run(Scope& scope, std::string& out) const override
    {
        Vars chosen;
        for (auto& item : items->evaluate(scope).elements()) {
            scope.step();
            if (condition) {
                const Scope::Frame frame(scope);
                target.fill(scope, item);
                if (!condition->evaluate(scope).truth()) continue;
            }
            chosen.push_back(std::move(item));
        }
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            scope.step();
            const Scope::Frame frame(scope);
            const auto index = static_cast<std::int64_t>(i), size = static_cast<std::int64_t>(chosen.size());
            scope.set("loop", Var::dict({{"index", index + 1},
                                         {"index0", index},
                                         {"revindex", size - index},
                                         {"revindex0", size - index - 1},
                                         {"first", i == 0},
                                         {"last", i + 1 == chosen.size()},
                                         {"length", size}}));
            target.fill(scope, chosen[i]);
            if (runBlock(body, scope, out) == Flow::Break) break;
        }
        return chosen.empty() ? runBlock(otherwise, scope, out) : Flow::Next;
    }
};

struct Set : Statement {
    Target target;
    ExpressionPtr value;
    Set(Target target, ExpressionPtr value) : target(std::move(target)), value(std::move(value)) {}
    Flow run(Scope& scope, std::string&) const override
    {
        target.fill(scope, value->evaluate(scope));
        return Flow::Next;
    }
};

struct SetBlock : Statement {
    Target target;
    Block body;
    SetBlock(Target target, Block body) : target(std::move(target)), body(std::move(body)) {}
    Flow run(Scope& scope, std::string&) const override
    {
        std::string text;
        runBlock(body, scope, text);
        target.fill(scope, std::move(text));
        return Flow::Next;
    }
};

struct Jump : Statement {
    Flow flow;
    explicit Jump(Flow flow) : flow(flow) {}
    Flow run(Scope&, std::string&) const override { return flow; }
};

template <class Node, class... Parts>
std::unique_ptr<const Node> make(Parts&&... parts)
{
    return std::make_unique<const Node>(std::forward<Parts>(parts)...);
}

} // namespace

Flow runBlock(const Block& block, Scope& scope, std::string& out)
{
    for (const auto& statement : block) {
        scope.step();
        if (const Flow flow = statement->run(scope, out); flow != Flow::Next) return flow;
    }
    return Flow::Next;
}

void Target::fill(Scope& scope, Var value) const
{
    if (!member.empty()) {
        const Var object = scope.find(names[0]);
        const auto* mapping = object.as<Mapping>();
        if (!mapping || !mapping->isNamespace) throw RenderError("only members of a namespace can be set");
        for (auto& [key, old] : *mapping->items)
            if (key == Var(member)) {
                old = std::move(value);
                return;
            }
        mapping->items->emplace_back(member, std::move(value));
        return;
    }
    if (!unpacks) return scope.set(names[0], std::move(value));
    const Vars parts = value.elements();
    if (parts.size() != names.size()) throw RenderError("another number of values than names");
    for (std::size_t i = 0; i < names.size(); ++i) scope.set(names[i], parts[i]);
}

StatementPtr makeText(std::string text) { return make<TextNode>(std::move(text)); }
StatementPtr makeOutput(ExpressionPtr value) { return make<Output>(std::move(value)); }
StatementPtr makeIf(std::vector<std::pair<ExpressionPtr, Block>> branches, Block otherwise)
{
    return make<If>(std::move(branches), std::move(otherwise));
}
StatementPtr makeFor(Target target, ExpressionPtr items, ExpressionPtr condition, Block body, Block otherwise)
{
    return make<For>(std::move(target), std::move(items), std::move(condition), std::move(body), std::move(otherwise));
}
StatementPtr makeSet(Target target, ExpressionPtr value) { return make<Set>(std::move(target), std::move(value)); }
StatementPtr makeSetBlock(Target target, Block body) { return make<SetBlock>(std::move(target), std::move(body)); }
StatementPtr makeJump(Flow flow) { return make<Jump>(flow); }

} // namespace atrium::jinja
