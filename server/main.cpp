// atriumd: the only file that tests do not link.

#include "app/application.h"

#include <malloc.h>

namespace {

/// Hundreds of thousands of small objects live long, among messages that do not: an arena for each thread (eight a
/// core) and large blocks kept for later would hold a third more memory than is in use.
void keepMemoryTight()
{
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 128 * 1024);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

} // namespace

int main(int argc, char** argv)
{
    keepMemoryTight();
    atrium::app::Application application;
    return application.run(argc, argv);
}
