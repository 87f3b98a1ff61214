"""The driver-impact study step by step, as ``coprod run driver_impact`` does it from its plan."""

import coprod_stats as cp

instrument = cp.read_instrument("citizen").for_form("core")
responses = cp.read_responses("citizen_synthetic.csv", instrument)
took_part = responses.subset(responses.classes().isin(["strict", "broad"]))
careful = took_part.subset(~cp.flag_careless(took_part).flagged)
print(f"{responses.n_respondents} answered, {careful.n_respondents} analysed")

print(cp.reliability(careful))
print(cp.score(careful).tidy()[["term", "n_scored", "mean", "sd"]])

study = cp.run_study("driver_impact")
print(study.headline()[["id", "term", "std_all", "p_adjusted", "verdict"]])
for path in study.report("output/driver_impact"):
    print("report:", path)
