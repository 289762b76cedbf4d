# Every target is one line that calls a Python script; `make` alone lists them.
#   NB=01         one lesson only           PROFILE=full   real data, full budgets
#   TORCH=cpu     torch from its own index  PYTHON=python3 use an environment that is there
SYSTEM_PYTHON ?= python3
VENV_PYTHON := $(if $(filter Windows_NT,$(OS)),.venv/Scripts/python.exe,.venv/bin/python)
PY := $(or $(PYTHON),$(VENV_PYTHON))
READY := $(if $(PYTHON),,.venv/ready)
LESSON := $(if $(NB),--lesson $(NB))

help:  ## list the targets
	@$(SYSTEM_PYTHON) tools/help.py
setup:  ## make .venv with all that is needed [TORCH=cpu|cu126|...]
	$(SYSTEM_PYTHON) tools/setup.py $(if $(TORCH),--torch $(TORCH))
run: $(READY)  ## execute the lessons, with pages and a table under build/ [NB=01] [PROFILE=full]
	$(PY) tools/run.py $(LESSON) $(if $(PROFILE),--profile $(PROFILE)) $(if $(RECORD),--record)
test: $(READY)  ## lint, unit tests, form tests, every notebook
	$(PY) tools/test.py
lab: $(READY)  ## open JupyterLab in notebooks/
	$(PY) -m jupyterlab --notebook-dir=notebooks
data: $(READY)  ## download the real sets [NB=01] [LIST=1]
	$(PY) tools/data.py $(LESSON) $(if $(LIST),--list)
mutants: $(READY)  ## prove that the lessons' checks can fail [NB=01]
	$(PY) tools/mutants.py $(LESSON)
refresh: $(READY)  ## execute the lessons and store the outputs in notebooks/ [NB=01]
	$(PY) tools/refresh.py $(LESSON)
report: $(READY)  ## make README's tables from results/
	$(PY) tools/report.py
bench: $(READY)  ## time the helpers against what people would use instead
	$(PY) tools/bench.py
.venv/ready: pyproject.toml
	$(SYSTEM_PYTHON) tools/setup.py $(if $(TORCH),--torch $(TORCH))
.PHONY: help setup run test lab data mutants refresh report bench
.DEFAULT_GOAL := help
