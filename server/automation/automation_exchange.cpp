#include "automation/automation_exchange.h"

#include "automation/automation_errors.h"

#include <memory>

namespace atrium::automation {

namespace {

/// One import on its way: checks every text, then saves one after the other.
class Import : public std::enable_shared_from_this<Import> {
public:
    using Done = std::function<void(Result<std::vector<ImportResult>>)>;

    Import(AutomationService& service, std::vector<ImportItem> items, ImportPolicy policy, UserId author, Done done)
        : service_(service), items_(std::move(items)), policy_(policy), author_(author), done_(std::move(done))
    {}

    void check(std::size_t index)
    {
        if (index == items_.size()) {
            if (!faults_.fields.empty()) return done_(faults_);
            return save(0);
        }
        const auto& item = items_[index];
        service_.engine().validate({{}, item.name, item.source, author_},
                                   [self = shared_from_this(), index](const Result<std::vector<std::string>>& valid) {
                                       if (!valid)
                                           self->faults_.fields.push_back(
                                               scriptFault("/automations/" + std::to_string(index) + "/source",
                                                           valid.error().message.en, self->items_[index].source));
                                       self->check(index + 1);
                                   });
    }

private:
    AutomationId known(const std::string& name) const
    {
        for (const auto& [id, entry] : service_.entries())
            if (entry.row.kind == SourceKind::Database && entry.row.name == name) return id;
        return {};
    }

    void save(std::size_t index)
    {
        if (index == items_.size()) return done_(std::move(results_));
        const auto& item = items_[index];
        const auto existing = policy_ == ImportPolicy::Add ? AutomationId{} : known(item.name);
        if (existing && policy_ == ImportPolicy::Skip) {
            results_.push_back({{}, item.name, "skipped"});
            return save(index + 1);
        }
        service_.saveSource(
            existing, item.name, item.source, author_,
            [self = shared_from_this(), index, existing](Result<AutomationId> saved) {
                if (!saved) return self->done_(saved.error());
                self->results_.push_back({*saved, self->items_[index].name, existing ? "replaced" : "added"});
                self->save(index + 1);
            },
            item.triggers);
    }

    AutomationService& service_;
    const std::vector<ImportItem> items_;
    const ImportPolicy policy_;
    const UserId author_;
    Done done_;
    Error faults_ = makeError(ErrorCode::Unprocessable, {"Des scripts ont des erreurs, rien n'a été enregistré",
                                                         "Some scripts have errors, nothing was saved"});
    std::vector<ImportResult> results_;
};

} // namespace

void importAutomations(AutomationService& service, std::vector<ImportItem> items, ImportPolicy policy, UserId author,
                       std::function<void(Result<std::vector<ImportResult>>)> done)
{
    std::make_shared<Import>(service, std::move(items), policy, author, std::move(done))->check(0);
}

} // namespace atrium::automation
