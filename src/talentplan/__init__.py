"""talentplan: which school offers which program, how many it enrols, and where the money goes."""
