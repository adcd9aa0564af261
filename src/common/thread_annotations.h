// Names for clang's thread-safety analysis; nothing for other compilers.
#pragma once

#if defined(__clang__)
#define REDBASE_TSA(x) __attribute__((x))
#else
#define REDBASE_TSA(x)
#endif

#define CAPABILITY(x) REDBASE_TSA(capability(x))
#define SCOPED_CAPABILITY REDBASE_TSA(scoped_lockable)
#define GUARDED_BY(x) REDBASE_TSA(guarded_by(x))
#define PT_GUARDED_BY(x) REDBASE_TSA(pt_guarded_by(x))
#define REQUIRES(...) REDBASE_TSA(requires_capability(__VA_ARGS__))
#define REQUIRES_SHARED(...) REDBASE_TSA(requires_shared_capability(__VA_ARGS__))
#define ACQUIRE(...) REDBASE_TSA(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) REDBASE_TSA(acquire_shared_capability(__VA_ARGS__))
#define RELEASE(...) REDBASE_TSA(release_capability(__VA_ARGS__))
#define RELEASE_SHARED(...) REDBASE_TSA(release_shared_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) REDBASE_TSA(try_acquire_capability(__VA_ARGS__))
#define TRY_ACQUIRE_SHARED(...) REDBASE_TSA(try_acquire_shared_capability(__VA_ARGS__))
#define EXCLUDES(...) REDBASE_TSA(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS REDBASE_TSA(no_thread_safety_analysis)
