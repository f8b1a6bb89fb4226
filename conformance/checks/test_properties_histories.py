"""Histories of requests: what is made, read and deleted in any order, held against a model. Failures are made small."""

from __future__ import annotations

import pytest

from conformance.errors import Inconclusive, Unsupported
from conformance.properties import file_history, job_history, link_history, linked
from conformance.properties.file_history import FileHistory
from conformance.properties.histories import SHORTER, Findings, Trial
from conformance.properties.history import Asking
from conformance.properties.job_history import JobHistory, kinds
from conformance.properties.link_history import LinkHistory
from conformance.properties.linked import Kind
from conformance.words import discovery
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, NotEquipped, Once, alone, requirement
from conformance.words.openai.files import Files
from gateway_contract import Contract

pytestmark = alone

FILES = ("properties.files.model", "properties.files.list", "properties.files.paging")
JOBS = ("properties.jobs.model", "properties.jobs.apart", "properties.jobs.unknown")
LINKS = (link_history.SERVED, link_history.APART, link_history.GONE, link_history.LISTED)


@pytest.fixture
def file_findings(once: Once, ask: Ask, contract: Contract, seed: int, examples: int) -> Findings:
    """What histories of files show. The target may lack files, and a gateway may claim less than all of them."""
    return once("file_findings", lambda: _of_files(ask, contract, seed, examples))


def _of_files(ask: Ask, contract: Contract, seed: int, examples: int) -> Findings:
    names = ("uploadFile", "retrieveFile", "listFiles")
    known = [contract.operations[name] for name in names if name in contract.operations]
    if not known:
        raise NotApplicable(f"{contract.name} documents no files")
    discovery.demand(ask, known, contract)
    files, asking = Files(ask), Asking(ask)
    abilities = file_history.abilities(contract, files.purpose)
    try:
        return Trial(
            asking,
            lambda: FileHistory(asking, files, abilities),
            seed,
            examples=max(1, examples // 4),
            steps=file_history.STEPS,
        ).findings(FILES)
    finally:
        files.clean_up()


@pytest.fixture
def job_findings(once: Once, ask: Ask, contract: Contract, seed: int, examples: int) -> Findings:
    """What histories of jobs show. On a live target each job costs, so there are few, and a failure stays as it is."""
    return once("job_findings", lambda: _of_jobs(ask, contract, seed, examples))


def _of_jobs(ask: Ask, contract: Contract, seed: int, examples: int) -> Findings:
    rules = contract.gateway["async"]
    if not rules:
        raise NotApplicable(f"{contract.name} documents no jobs")
    known = kinds(contract, ask)
    if not known:
        raise NotEquipped("jobs cost money and were not asked for: add --include videos,tasks")
    local, asking = ask.recorder.target.local, Asking(ask)
    return Trial(
        asking,
        lambda: JobHistory(asking, rules, known),
        seed,
        examples=max(1, examples // (10 if local else 20)),
        steps=job_history.STEPS,
        shorter=SHORTER if local else 1,
    ).findings(JOBS)


@pytest.fixture
def link_findings(once: Once, ask: Ask, contract: Contract, seed: int, examples: int) -> list[tuple[Kind, Findings]]:
    """What histories along the links of the contract show, of each kind of things. What is made may cost."""
    return once("link_findings", lambda: _of_links(ask, contract, seed, examples))


def _of_links(ask: Ask, contract: Contract, seed: int, examples: int) -> list[tuple[Kind, Findings]]:
    local, asking = ask.recorder.target.local, Asking(ask)

    def of_kind(kind: Kind) -> Findings:
        number = max(1, examples // (20 if local else 40)) if kind.made else 1
        trial = Trial(asking, lambda: LinkHistory(asking, contract, kind), seed, number, link_history.STEPS)
        return trial.findings(LINKS)

    return [(kind, of_kind(kind)) for kind in linked.kinds(contract, ask)]


def _demand(findings: list[Findings], requirement: str) -> None:
    """Raises the first promise that is broken; else what ended a search; else that the target makes none of these."""
    if not findings:
        raise NotApplicable("no answer names such a thing")
    ended, lacking = list[Exception](), list[Exception]()
    for one in findings:
        try:
            one.demand(requirement)
        except Inconclusive as reason:
            ended.append(reason)
        except Unsupported as reason:
            lacking.append(reason)
    if ended or len(lacking) == len(findings):
        raise (ended or lacking)[0]


@requirement("properties.files.model")
def test_files_model(file_findings: Findings) -> None:
    """A file has an id of its own, and is read as it was uploaded until it is deleted."""
    file_findings.demand("properties.files.model")


@requirement("properties.files.list")
def test_files_list(file_findings: Findings) -> None:
    """The list has each file that is left once, in pages of any size, and no deleted one."""
    file_findings.demand("properties.files.list")


@requirement("properties.files.paging")
def test_files_paging(file_findings: Findings) -> None:
    """Deleting a file between two pages makes no other file be missed or seen twice."""
    file_findings.demand("properties.files.paging")


@requirement("properties.jobs.model")
def test_jobs_model(job_findings: Findings) -> None:
    """However many jobs there are, each can be asked for, goes forward only, and stays as it ended."""
    job_findings.demand("properties.jobs.model")


@requirement("properties.jobs.apart")
def test_jobs_apart(job_findings: Findings) -> None:
    """The status of a job names that job, and no result of another one."""
    job_findings.demand("properties.jobs.apart")


@requirement("properties.jobs.unknown")
def test_jobs_unknown(job_findings: Findings) -> None:
    """An id that no job has is refused, however much it looks like the id of one."""
    job_findings.demand("properties.jobs.unknown")


@requirement("properties.links.served")
def test_links_served(link_findings: list[tuple[Kind, Findings]]) -> None:
    """What was made is answered and listed until it is deleted, and a request that takes one of them takes another."""
    _demand([one for kind, one in link_findings if kind.made], link_history.SERVED)


@requirement("properties.links.listed")
def test_links_listed(link_findings: list[tuple[Kind, Findings]]) -> None:
    """Each entry of a list is answered under its name, and so is each further page."""
    _demand([one for kind, one in link_findings if not kind.made], link_history.LISTED)


@requirement("properties.links.apart")
def test_links_apart(link_findings: list[tuple[Kind, Findings]]) -> None:
    """What is answered for one thing is not what belongs to another."""
    _demand([one for kind, one in link_findings if kind.made], link_history.APART)


@requirement("properties.links.gone")
def test_links_gone(link_findings: list[tuple[Kind, Findings]]) -> None:
    """What was deleted is neither answered nor listed, whatever is made afterwards."""
    _demand([one for kind, one in link_findings if kind.removal], link_history.GONE)
