#include "picture_source.h"

#include "picture_store.h"

#include "atrium/address.h"
#include "atrium/outgoing/web_client.h"

#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>

namespace atrium::devices {

namespace {

Error noCamera()
{
    return makeError(ErrorCode::InvalidArgument,
                     {"L'adresse de la caméra n'est pas permise", "The address of the camera is not allowed"});
}

Error noAnswer()
{
    return makeError(ErrorCode::Unavailable, {"La caméra ne répond pas", "The camera does not answer"});
}

Result<Poco::URI> allowed(const std::string& address)
{
    try {
        Poco::URI uri(address);
        if (uri.getScheme() == "http" && !uri.getHost().empty() && uri.getUserInfo().empty()) return uri;
    }
    catch (const Poco::Exception&) {
        // not an address at all
    }
    return noCamera();
}

} // namespace

bool mayBeCamera(const std::string& address)
{
    Poco::Net::IPAddress parsed;
    if (!Poco::Net::IPAddress::tryParse(address, parsed)) return false;
    return isPublicAddress(address) ||
           (parsed.isSiteLocal() && !parsed.isLoopback() && !parsed.isMulticast() && !parsed.isWildcard());
}

Result<std::string> fetchPicture(const std::string& url)
{
    outgoing::WebClientOptions rules;
    rules.check = allowed;
    rules.allows = mayBeCamera;
    rules.largestBody = StillPicture::maxBytes;
    outgoing::WebQuestion question;
    question.address = url;
    question.patience = std::chrono::seconds{20};
    auto answer = outgoing::WebClient(std::move(rules)).ask(question);
    if (!answer) {
        const auto code = answer.error().code;
        return code == ErrorCode::InvalidArgument || code == ErrorCode::Forbidden ? noCamera() : noAnswer();
    }
    if (answer->status != 200 || pictureType(answer->body).empty()) return noAnswer();
    return std::move(answer->body);
}

} // namespace atrium::devices
