// The workload of caseload_model.py at its practical limit: C++17, one entry per post in an indexed
// binary heap. A worker's clock runs at the speed of one case, so that a case keeps its finishing
// mark whatever happens to the others, and a change of caseload moves one heap entry.
//
//   g++ -O3 -std=c++17 -o limit limit.cpp
//   limit TAPE [--reps N] [--trace FILE]
//
// Prints one line of JSON per replication; "seconds" leaves out reading the tape. The trace has a
// line per event: time, kind, place, case.
//
// No -march=native: fused multiply-adds would give other last bits than Python does.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

namespace {

// As in caseload_model.py; run.py would notice a difference.
constexpr int TEAM = 10, CAP = 25, HAZARD_FROM = 15;
constexpr double EFFORT = 4.0, CEILING = 0.25, HAZARD = 0.18 / 365, HAZARD_SLOPE = 0.05;
constexpr double NEVER = std::numeric_limits<double>::infinity();
constexpr int NONE = -1;

enum Kind { ARRIVE, CLOSE, RESIGN, FILL, COVER_START, COVER_LEFT, COVER_STAYS, COVER_END };
enum Status { VACANT, PERMANENT, AGENCY };

[[noreturn]] void fail(const char *message) {
    std::fprintf(stderr, "limit: %s\n", message);
    std::exit(2);
}

struct Tape {
    int64_t posts, spells, opening, cases;
    double horizon;
    std::vector<double> gap, work, threshold, recruitment, cover_delay, cover_leaves, cover_stays;
    std::vector<int64_t> team;
};

template <typename T>
void read(std::FILE *file, T *to, size_t count) {
    static_assert(sizeof(T) == 8);
    if (std::fread(to, sizeof(T), count, file) != count) fail("the tape is too short");
}

Tape read_tape(const char *path) {
    std::FILE *file = std::fopen(path, "rb");
    if (!file) fail("cannot open the tape");
    Tape tape;
    int64_t header[4];
    read(file, header, 4);
    tape.posts = header[0];
    tape.spells = header[1];
    tape.opening = header[2];
    tape.cases = header[3];
    read(file, &tape.horizon, 1);
    tape.gap.resize(tape.cases);
    tape.team.resize(tape.cases);
    tape.work.resize(tape.cases);
    read(file, tape.gap.data(), tape.cases);
    read(file, tape.team.data(), tape.cases);
    read(file, tape.work.data(), tape.cases);
    for (auto *values : {&tape.threshold, &tape.recruitment, &tape.cover_delay, &tape.cover_leaves,
                         &tape.cover_stays}) {
        values->resize(tape.posts * tape.spells);
        read(file, values->data(), values->size());
    }
    std::fclose(file);
    return tape;
}

struct Open {       // a case in someone's hands
    double finish;  // the worker's clock when it will be done
    int32_t number;
};

struct Post {
    double clock = 0, since = 0;  // hours given to each case, up to this time
    double hazard_left = 0;       // what the integrated hazard lacks of the threshold
    double recruited = 0;         // when the next permanent worker comes
    double next_change = 0;       // of a post without a permanent worker
    int32_t cases = 0, status = PERMANENT, spell = 0;
    int32_t due_kind = NONE, change_kind = NONE;
    Open open[CAP];  // the next to finish is last
};

struct Case {
    double referred = 0, remaining = 0;
    int32_t workers = 0;
    int32_t next = NONE;  // on the team's list
};

struct List {  // a team's unallocated cases, in order of case number
    int32_t head = NONE, tail = NONE;
};

struct Event {
    double time;
    int kind;
    int64_t place, number;
};

class Simulation {
  public:
    int64_t arrived = 0, closed = 0, allocations = 0, leavers = 0, agency_left = 0, conversions = 0;
    double held_area = 0, in_post_area = 0, waiting_area = 0, durations = 0;

    Simulation(const Tape &tape, std::vector<Event> *trace)
        : tape(tape), trace(trace), posts(tape.posts), cases(tape.cases), lists(tape.posts / TEAM),
          due(tape.posts, NEVER), heap(tape.posts), position(tape.posts), load(tape.posts, 0),
          in_post(tape.posts) {
        speed[0] = 0;
        for (int n = 1; n <= CAP; n++) speed[n] = std::min(CEILING, EFFORT / n);
        for (int n = 0; n <= CAP; n++) {
            hazard[n] = HAZARD * (1 + HAZARD_SLOPE * std::max(0, n - HAZARD_FROM));
        }
        for (int64_t i = 0; i < tape.cases; i++) cases[i].remaining = tape.work[i];
        for (int64_t i = 0; i < tape.posts; i++) heap[i] = position[i] = static_cast<int32_t>(i);
    }

    void run() {
        for (int64_t i = 0; i < tape.posts; i++) {
            posts[i].spell = static_cast<int32_t>(i * tape.spells);
            posts[i].hazard_left = tape.threshold[posts[i].spell];
            reschedule(static_cast<int>(i));
        }
        double next_arrival = tape.gap[0];
        for (;;) {
            const int first = heap[0];
            if (next_arrival <= due[first]) {
                if (next_arrival >= tape.horizon) break;
                advance(next_arrival);
                arrive(static_cast<int32_t>(arrived));
                // The last case of a tape comes after the horizon.
                next_arrival += tape.gap[++arrived];
            } else {
                if (due[first] >= tape.horizon) break;
                advance(due[first]);
                settle(posts[first]);
                if (posts[first].due_kind == CLOSE) {
                    close(first);
                } else {
                    change_staff(first, posts[first].due_kind);
                }
            }
        }
        advance(tape.horizon);
    }

  private:
    const Tape &tape;
    std::vector<Event> *trace;
    double speed[CAP + 1], hazard[CAP + 1];
    std::vector<Post> posts;
    std::vector<Case> cases;
    std::vector<List> lists;
    std::vector<double> due;
    std::vector<int32_t> heap, position;
    std::vector<int32_t> load;  // open cases; CAP for a vacant post
    double now = 0;
    int64_t held = 0, in_post, waiting = 0;

    void log(int kind, int64_t place, int64_t number = NONE) {
        if (trace) trace->push_back({now, kind, place, number});
    }

    void advance(double time) {
        const double step = time - now;
        held_area += held * step;
        in_post_area += in_post * step;
        waiting_area += waiting * step;
        now = time;
    }

    void schedule(int post, double time) {
        const int size = static_cast<int>(heap.size());
        int i = position[post];
        const double before = due[post];
        due[post] = time;
        if (time < before) {
            while (i > 0) {
                const int parent = (i - 1) >> 1, other = heap[parent];
                if (due[other] <= time) break;
                heap[i] = other;
                position[other] = i;
                i = parent;
            }
        } else {
            for (;;) {
                int child = 2 * i + 1;
                if (child >= size) break;
                int other = heap[child];
                if (child + 1 < size && due[heap[child + 1]] < due[other]) other = heap[++child];
                if (due[other] >= time) break;
                heap[i] = other;
                position[other] = i;
                i = child;
            }
        }
        heap[i] = post;
        position[post] = i;
    }

    // Bring the worker's clock and hazard up to now.
    void settle(Post &post) {
        const double step = now - post.since;
        post.since = now;
        post.clock += speed[post.cases] * step;
        if (post.status == PERMANENT) post.hazard_left -= hazard[post.cases] * step;
    }

    // Work out what will happen to the post next.
    void reschedule(int number) {
        Post &post = posts[number];
        double wait = NEVER;
        int kind = NONE;
        if (post.cases) {
            wait = (post.open[post.cases - 1].finish - post.clock) / speed[post.cases];
            kind = CLOSE;
        }
        const bool permanent = post.status == PERMANENT;
        const double other = permanent ? post.hazard_left / hazard[post.cases] : post.next_change - now;
        if (other < wait) {
            wait = other;
            kind = permanent ? RESIGN : post.change_kind;
        }
        post.due_kind = kind;
        schedule(number, now + std::max(wait, 0.0));
    }

    void allocate(int32_t number, int to) {
        Post &post = posts[to];
        settle(post);
        const double finish = post.clock + cases[number].remaining;
        int i = post.cases;
        for (; i > 0 && post.open[i - 1].finish < finish; i--) post.open[i] = post.open[i - 1];
        post.open[i] = {finish, number};
        load[to] = ++post.cases;
        cases[number].workers++;
        held++;
        reschedule(to);
    }

    int least_loaded(int64_t team) const {
        int best = NONE, fewest = CAP;
        for (int64_t post = team * TEAM; post < (team + 1) * TEAM; post++) {
            if (load[post] < fewest) {
                fewest = load[post];
                best = static_cast<int>(post);
            }
        }
        return best;
    }

    void drain(int64_t team) {
        List &list = lists[team];
        while (list.head != NONE) {
            const int to = least_loaded(team);
            if (to == NONE) break;
            const int32_t number = list.head;
            list.head = cases[number].next;
            if (list.head == NONE) list.tail = NONE;
            waiting--;
            allocate(number, to);
        }
    }

    // Merge cases, in order of number, into the team's list.
    void rejoin(int64_t team, const int32_t *numbers, int count) {
        List &list = lists[team];
        int32_t before = NONE, after = list.head;
        for (int i = 0; i < count; i++) {
            const int32_t number = numbers[i];
            while (after != NONE && after < number) {
                before = after;
                after = cases[after].next;
            }
            cases[number].next = after;
            (before == NONE ? list.head : cases[before].next) = number;
            if (after == NONE) list.tail = number;
            before = number;
        }
        waiting += count;
    }

    void arrive(int32_t number) {
        const int64_t team = tape.team[number];
        List &list = lists[team];
        log(ARRIVE, team, number);
        cases[number].referred = now;
        const int to = list.head == NONE ? least_loaded(team) : NONE;
        if (to != NONE) {
            allocate(number, to);
            return;
        }
        (list.tail == NONE ? list.head : cases[list.tail].next) = number;
        list.tail = number;
        waiting++;
    }

    void close(int number) {
        Post &post = posts[number];
        const Open done = post.open[--post.cases];
        log(CLOSE, number, done.number);
        post.clock = done.finish;
        load[number] = post.cases;
        held--;
        if (done.number >= tape.opening) {
            closed++;
            durations += now - cases[done.number].referred;
            allocations += cases[done.number].workers;
        }
        reschedule(number);
        drain(number / TEAM);
    }

    void expect(Post &post, double time, int kind) {
        if (time < post.next_change) {
            post.next_change = time;
            post.change_kind = kind;
        }
    }

    void change_staff(int number, int kind) {
        Post &post = posts[number];
        const bool goes = kind == RESIGN || kind == COVER_LEFT || kind == COVER_END;
        int32_t back[CAP];
        int count = 0;
        log(kind, number);
        if (goes) {
            for (; count < post.cases; count++) {
                back[count] = post.open[count].number;
                cases[back[count]].remaining = post.open[count].finish - post.clock;
            }
            std::sort(back, back + count);
            held -= count;
            post.cases = 0;
            in_post--;
        }
        switch (kind) {
            case RESIGN:
                leavers++;
                post.status = VACANT;
                post.recruited = now + tape.recruitment[post.spell];
                post.next_change = post.recruited;
                post.change_kind = FILL;
                expect(post, now + tape.cover_delay[post.spell], COVER_START);
                break;
            case COVER_LEFT:
                agency_left++;
                post.status = VACANT;
                post.next_change = post.recruited;
                post.change_kind = FILL;
                break;
            case COVER_START:
                post.status = AGENCY;
                post.next_change = post.recruited;
                post.change_kind = COVER_END;
                expect(post, now + tape.cover_leaves[post.spell], COVER_LEFT);
                expect(post, now + tape.cover_stays[post.spell], COVER_STAYS);
                break;
            default:  // FILL, COVER_END, COVER_STAYS
                if (kind == COVER_STAYS) conversions++;
                post.status = PERMANENT;
                if (++post.spell % tape.spells == 0) fail("the tape has too few spells");
                post.hazard_left = tape.threshold[post.spell];
        }
        if (post.status == VACANT) {
            load[number] = CAP;
        } else if (kind != COVER_STAYS) {
            post.clock = 0;
            load[number] = 0;
            in_post++;
        }
        reschedule(number);
        rejoin(number / TEAM, back, count);
        drain(number / TEAM);
    }
};

void print(const Tape &tape, const Simulation &run, double seconds) {
    const double closed = run.closed ? static_cast<double>(run.closed) : 1.0;
    auto count = [](const char *key, int64_t value) {
        std::printf("\"%s\": %lld, ", key, static_cast<long long>(value));
    };
    auto average = [](const char *key, double value) { std::printf("\"%s\": %.17g, ", key, value); };
    std::printf("{");
    average("caseload", run.held_area / run.in_post_area);
    average("unallocated", run.waiting_area / tape.horizon);
    average("duration", run.durations / closed);
    average("workers_per_case", static_cast<double>(run.allocations) / closed);
    count("leavers", run.leavers);
    count("agency_left", run.agency_left);
    count("conversions", run.conversions);
    average("in_post", run.in_post_area / tape.horizon);
    count("arrived", run.arrived);
    count("closed", run.closed);
    std::printf("\"seconds\": %.9f}\n", seconds);
}

void write_trace(const char *path, const std::vector<Event> &trace) {
    std::FILE *file = std::fopen(path, "w");
    if (!file) fail("cannot write the trace");
    for (const Event &event : trace) {
        std::fprintf(file, "%.17g %d %lld %lld\n", event.time, event.kind,
                     static_cast<long long>(event.place), static_cast<long long>(event.number));
    }
    std::fclose(file);
}

}  // namespace

int main(int argc, char **argv) {
    const char *path = nullptr, *trace_path = nullptr;
    int reps = 1;
    for (int i = 1; i < argc; i++) {
        if (!std::strcmp(argv[i], "--reps") && i + 1 < argc) {
            reps = std::atoi(argv[++i]);
        } else if (!std::strcmp(argv[i], "--trace") && i + 1 < argc) {
            trace_path = argv[++i];
        } else if (!path && argv[i][0] != '-') {
            path = argv[i];
        } else {
            fail("usage: limit TAPE [--reps N] [--trace FILE]");
        }
    }
    if (!path) fail("usage: limit TAPE [--reps N] [--trace FILE]");
    const Tape tape = read_tape(path);
    for (int rep = 0; rep < reps; rep++) {
        std::vector<Event> trace;
        const auto start = std::chrono::steady_clock::now();
        Simulation simulation(tape, trace_path ? &trace : nullptr);
        simulation.run();
        const auto end = std::chrono::steady_clock::now();
        print(tape, simulation, std::chrono::duration<double>(end - start).count());
        if (trace_path) write_trace(trace_path, trace);
    }
}
