"""Most memory of a study by the number of its replications: each in a fresh process, worlds run in it."""

from __future__ import annotations

import argparse
import json

from benchmarks.measuring import Failed, Row, Say, asked, memory_mb
from benchmarks.services import START


def study(replications: int) -> Row:
    """England's median authority for a year, one scenario."""
    import workforce_sim as ws

    england = ws.Authority.preset("england-2025")
    ws.Simulation(england, [], START, years=1, seed=1).run()
    one = memory_mb()
    study = ws.Study(
        england, {"Do nothing": []}, START, years=1, seed=1, replications=replications, processes=1
    )
    result = study.run(progress=False)
    values = study.worlds.values(study.plan.arms, range(1))
    return {
        "replications": result.replications,
        "one_world_mb": one,
        "most_mb": memory_mb(),
        "kept_bytes_a_world": int(values.nbytes),
    }


def measure(quick: bool, say: Say) -> Row:
    """Everything this part measures."""
    rows, notes = [], []
    for replications in (10, 50) if quick else (10, 100, 1000):
        try:
            rows.append(asked("memory", replications, limit=300))
        except Failed as error:
            notes.append(f"{replications} replications were not measured: {error}.")
            say(notes[-1])
            continue
        say(f"{replications} replications: most memory {rows[-1]['most_mb'] or 0:.0f} MB")
    return {"rows": rows, "notes": notes}


def main() -> None:
    """Measure one study, in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("replications", type=int)
    print(json.dumps(study(parser.parse_args().replications)))


if __name__ == "__main__":
    main()
