"""All rules."""

from tidy.rule import Rule

from .blind_except import BlindExcept
from .constraint_named import ConstraintNamed
from .create_task import CreateTask
from .dead_code import DeadCode
from .dynamic_import import DynamicImport
from .environment import Environment
from .file_too_long import FileTooLong
from .foreign_table import ForeignTable
from .function_too_long import FunctionTooLong
from .mocks import Mocks
from .no_machine_words import NoMachineWords
from .noqa_with_reason import NoqaWithReason
from .ops_names_target import OpsNamesTarget
from .printing import Printing
from .restating_docstring import RestatingDocstring
from .select_star import SelectStar
from .sql_outside_store import SqlOutsideStore
from .system_role_listed import SystemRoleListed
from .todo_with_issue import TodoWithIssue
from .unnamed_module import UnnamedModule
from .wall_clock import WallClock

RULES: list[Rule] = [
    BlindExcept(),
    ConstraintNamed(),
    CreateTask(),
    DeadCode(),
    DynamicImport(),
    Environment(),
    FileTooLong(),
    ForeignTable(),
    FunctionTooLong(),
    Mocks(),
    NoMachineWords(),
    NoqaWithReason(),
    OpsNamesTarget(),
    Printing(),
    RestatingDocstring(),
    SelectStar(),
    SqlOutsideStore(),
    SystemRoleListed(),
    TodoWithIssue(),
    UnnamedModule(),
    WallClock(),
]
