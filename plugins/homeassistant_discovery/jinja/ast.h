#pragma once

#include "var.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace atrium::jinja {

class Scope;

/// A template that cannot be read; found when it is parsed, never later.
struct SyntaxError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An expression; immutable, so that one tree serves all devices of a model.
class Expression {
public:
    virtual ~Expression() = default;
    virtual Var evaluate(Scope& scope) const = 0;
    /// The variable's name when it is nothing but one.
    virtual const std::string* name() const { return nullptr; }
};
using ExpressionPtr = std::unique_ptr<const Expression>;

/// Arguments of a call, a filter or a test.
struct Arguments {
    std::vector<ExpressionPtr> positional;
    std::vector<std::pair<std::string, ExpressionPtr>> named;
};

/// What happens after a statement.
enum class Flow { Next, Continue, Break };

class Statement {
public:
    virtual ~Statement() = default;
    virtual Flow run(Scope& scope, std::string& out) const = 0;
};
using StatementPtr = std::unique_ptr<const Statement>;
using Block = std::vector<StatementPtr>;

Flow runBlock(const Block& block, Scope& scope, std::string& out);

/// `a`, `a, b` or `ns.a`: what `set` and `for` fill.
struct Target {
    std::vector<std::string> names;
    std::string member; ///< of a namespace
    bool unpacks = false;

    void fill(Scope& scope, Var value) const;
};

ExpressionPtr makeConstant(Var value);
ExpressionPtr makeName(std::string name);
ExpressionPtr makeMember(ExpressionPtr object, std::string name);
ExpressionPtr makeItem(ExpressionPtr object, ExpressionPtr key);
ExpressionPtr makeSlice(ExpressionPtr object, ExpressionPtr start, ExpressionPtr stop, ExpressionPtr step);
ExpressionPtr makeCall(ExpressionPtr function, Arguments arguments);
ExpressionPtr makeFilter(ExpressionPtr value, std::string name, Arguments arguments);
ExpressionPtr makeTest(ExpressionPtr value, std::string name, Arguments arguments, bool negated);
ExpressionPtr makeUnary(char operation, ExpressionPtr operand);
ExpressionPtr makeBinary(std::string operation, ExpressionPtr left, ExpressionPtr right);
ExpressionPtr makeLogic(std::string operation, ExpressionPtr left, ExpressionPtr right);
/// `a < b <= c`: each operand is evaluated once.
ExpressionPtr makeComparison(ExpressionPtr first, std::vector<std::pair<std::string, ExpressionPtr>> rest);
ExpressionPtr makeChoice(ExpressionPtr condition, ExpressionPtr then, ExpressionPtr otherwise);
ExpressionPtr makeList(std::vector<ExpressionPtr> items, bool isTuple);
ExpressionPtr makeDict(std::vector<std::pair<ExpressionPtr, ExpressionPtr>> items);

StatementPtr makeText(std::string text);
StatementPtr makeOutput(ExpressionPtr value);
StatementPtr makeIf(std::vector<std::pair<ExpressionPtr, Block>> branches, Block otherwise);
StatementPtr makeFor(Target target, ExpressionPtr items, ExpressionPtr condition, Block body, Block otherwise);
StatementPtr makeSet(Target target, ExpressionPtr value);
StatementPtr makeSetBlock(Target target, Block body);
StatementPtr makeJump(Flow flow);

} // namespace atrium::jinja
