#pragma once

#include "atrium/http.h"
#include "automation/blueprints/blueprint_shelf.h"

namespace atrium::automation {

/// Blueprints over REST. Every handler hands its work to core.
class BlueprintApi {
public:
    /// All outlive the API.
    BlueprintApi(BlueprintShelf& shelf, AutomationService& service, Executor& core, Http& http);

private:
    void addReads(Http& http);
    void addWrites(Http& http);
    void addUses(Http& http);
    Value toValue(const Blueprint& blueprint) const;

    BlueprintShelf& shelf_;
    AutomationService& service_;
    Executor& core_;
    Subscriptions routes_;
};

} // namespace atrium::automation
