#include "expression_parser.h"

#include "functions.h"

#include <charconv>

namespace atrium::jinja {

ExpressionPtr ExpressionParser::tupleOrExpression()
{
    auto first = expression();
    if (!isOperator(",")) return first;
    std::vector<ExpressionPtr> items;
    items.push_back(std::move(first));
    while (skipOperator(",")) {
        if (current().kind == Kind::CloseBlock || current().kind == Kind::CloseOutput) break;
        items.push_back(expression());
    }
    return makeList(std::move(items), true);
}

ExpressionPtr ExpressionParser::expression()
{
    const Deeper deeper(*this);
    auto value = orExpression();
    while (skipName("if")) {
        auto condition = orExpression();
        auto otherwise = skipName("else") ? expression() : makeConstant(Undefined{});
        value = makeChoice(std::move(condition), std::move(value), std::move(otherwise));
    }
    return value;
}

ExpressionPtr ExpressionParser::orExpression()
{
    auto left = andExpression();
    while (skipName("or")) left = makeLogic("or", std::move(left), andExpression());
    return left;
}

ExpressionPtr ExpressionParser::andExpression()
{
    auto left = notExpression();
    while (skipName("and")) left = makeLogic("and", std::move(left), notExpression());
    return left;
}

ExpressionPtr ExpressionParser::notExpression()
{
    const Deeper deeper(*this);
    if (isName("not")) {
        take();
        return makeUnary('!', notExpression());
    }
    return comparison();
}

ExpressionPtr ExpressionParser::comparison()
{
    auto first = sum();
    std::vector<std::pair<std::string, ExpressionPtr>> rest;
    for (;;) {
        std::string operation;
        if (current().kind == Kind::Operator)
            for (const auto candidate : {"==", "!=", "<=", ">=", "<", ">"})
                if (current().text == candidate) operation = candidate;
        if (isName("in")) operation = "in";
        if (isName("not") && after(1).is(Kind::Name, "in")) {
            take();
            operation = "not in";
        }
        if (operation.empty()) break;
        take();
        rest.emplace_back(std::move(operation), sum());
    }
    return rest.empty() ? std::move(first) : makeComparison(std::move(first), std::move(rest));
}

ExpressionPtr ExpressionParser::sum()
{
    return leftToRight({"+", "-"}, [this] { return concatenation(); });
}

ExpressionPtr ExpressionParser::concatenation()
{
    return leftToRight({"~"}, [this] { return product(); });
}

ExpressionPtr ExpressionParser::product()
{
    return leftToRight({"*", "/", "//", "%"}, [this] { return power(); });
}

ExpressionPtr ExpressionParser::power()
{
    return leftToRight({"**"}, [this] { return unary(Filters::Taken); });
}

ExpressionPtr ExpressionParser::unary(Filters filters)
{
    const Deeper deeper(*this);
    ExpressionPtr value;
    if (isOperator("-") || isOperator("+")) {
        const char sign = take().text[0];
        value = makeUnary(sign, unary(Filters::Left)); // -x|abs filters the negative number
    }
    else value = postfix(primary());
    return filters == Filters::Taken ? filtered(std::move(value)) : std::move(value);
}

ExpressionPtr ExpressionParser::primary()
{
    Token token = take();
    switch (token.kind) {
    case Kind::Name:
        if (token.text == "true" || token.text == "True") return makeConstant(true);
        if (token.text == "false" || token.text == "False") return makeConstant(false);
        if (token.text == "none" || token.text == "None") return makeConstant(None{});
        return makeName(std::move(token.text));
    case Kind::String:
        while (current().kind == Kind::String) token.text += take().text;
        return makeConstant(std::move(token.text));
    case Kind::Integer: {
        std::int64_t number = 0;
        const auto error = std::from_chars(token.text.data(), token.text.data() + token.text.size(), number).ec;
        if (error != std::errc{}) throw SyntaxError("a number is too large");
        return makeConstant(number);
    }
    case Kind::Float: return makeConstant(parseFloat(token.text).value_or(0));
    case Kind::Operator:
        if (token.text == "(") return parenthesized();
        if (token.text == "[") return makeList(itemsUntil("]"), false);
        if (token.text == "{") return dict();
        break;
    default: break;
    }
    throw SyntaxError("unexpected '" + token.text + "'");
}

ExpressionPtr ExpressionParser::parenthesized()
{
    if (skipOperator(")")) return makeList({}, true);
    auto first = expression();
    if (skipOperator(")")) return first;
    expectOperator(",");
    auto items = itemsUntil(")");
    items.insert(items.begin(), std::move(first));
    return makeList(std::move(items), true);
}

std::vector<ExpressionPtr> ExpressionParser::itemsUntil(std::string_view end)
{
    std::vector<ExpressionPtr> items;
    while (!skipOperator(end)) {
        if (!items.empty()) {
            expectOperator(",");
            if (skipOperator(end)) break;
        }
        items.push_back(expression());
    }
    return items;
}

ExpressionPtr ExpressionParser::dict()
{
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> items;
    while (!skipOperator("}")) {
        if (!items.empty()) {
            expectOperator(",");
            if (skipOperator("}")) break;
        }
        auto key = expression();
        expectOperator(":");
        items.emplace_back(std::move(key), expression());
    }
    return makeDict(std::move(items));
}

ExpressionPtr ExpressionParser::postfix(ExpressionPtr value)
{
    for (;;) {
        if (skipOperator(".")) {
            if (current().kind == Kind::Integer)
                value = makeItem(std::move(value), makeConstant(static_cast<std::int64_t>(std::stoll(take().text))));
            else value = makeMember(std::move(value), expectName());
        }
        else if (skipOperator("[")) value = subscript(std::move(value));
        else if (skipOperator("(")) value = makeCall(std::move(value), arguments());
        else return value;
    }
}

ExpressionPtr ExpressionParser::subscript(ExpressionPtr value)
{
    std::vector<ExpressionPtr> parts(1);
    while (!isOperator("]")) {
        if (skipOperator(":")) {
            parts.emplace_back();
            continue;
        }
        if (parts.back()) throw SyntaxError("expected ']'");
        parts.back() = expression();
    }
    take();
    if (parts.size() == 1) {
        if (!parts[0]) throw SyntaxError("an index is missing");
        return makeItem(std::move(value), std::move(parts[0]));
    }
    if (parts.size() > 3) throw SyntaxError("a slice has three parts at most");
    parts.resize(3);
    return makeSlice(std::move(value), std::move(parts[0]), std::move(parts[1]), std::move(parts[2]));
}

Arguments ExpressionParser::arguments()
{
    Arguments list;
    bool isFirst = true;
    while (!skipOperator(")")) {
        if (!std::exchange(isFirst, false)) {
            expectOperator(",");
            if (skipOperator(")")) break;
        }
        if (current().kind == Kind::Name && after(1).is(Kind::Operator, "=")) {
            auto name = take().text;
            take();
            list.named.emplace_back(std::move(name), expression());
        }
        else list.positional.push_back(expression());
    }
    return list;
}

ExpressionPtr ExpressionParser::filtered(ExpressionPtr value)
{
    for (;;) {
        if (skipOperator("|")) {
            auto name = expectName();
            if (!isFilter(name)) throw SyntaxError("unknown filter '" + name + "'");
            Arguments list;
            if (skipOperator("(")) list = arguments();
            value = makeFilter(std::move(value), std::move(name), std::move(list));
        }
        else if (skipName("is")) value = test(std::move(value));
        else if (skipOperator("(")) value = makeCall(std::move(value), arguments());
        else return value;
    }
}

ExpressionPtr ExpressionParser::test(ExpressionPtr value)
{
    const bool negated = skipName("not");
    auto name = expectName();
    if (!isTest(name)) throw SyntaxError("unknown test '" + name + "'");
    Arguments list;
    const auto& token = current();
    const bool isWord = token.kind == Kind::Name && token.text != "else" && token.text != "or" && token.text != "and" &&
                        token.text != "is" && token.text != "if" && token.text != "in" && token.text != "not";
    if (skipOperator("(")) list = arguments();
    else if (isWord || token.kind == Kind::String || token.kind == Kind::Integer || token.kind == Kind::Float ||
             isOperator("[") || isOperator("{"))
        list.positional.push_back(postfix(primary()));
    return makeTest(std::move(value), std::move(name), std::move(list), negated);
}

} // namespace atrium::jinja
