"""Which function binds a name, by Python's rules of scope."""

from collections import defaultdict

from .syntax import Node, Tree, cst, walk

COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef, *COMPREHENSIONS)


class Scopes:
    """The scopes inside of a function. An import there is treated as one at the top of the file, and binds nothing."""

    def __init__(self, top: Node, tree: Tree) -> None:
        self._top = top
        self._tree = tree
        self._bound: defaultdict[int, set[str]] = defaultdict(set)
        self._elsewhere: dict[tuple[int, str], bool] = {}  # by `global` or `nonlocal`, and whether it is `global`
        for part in (top.params, top.body):
            for node in walk(part):
                if isinstance(node, cst.Name):
                    self._read(node)

    def _read(self, name: Node) -> None:
        parent = self._tree.parent(name)
        if isinstance(parent, cst.NameItem):
            is_global = isinstance(self._tree.parent(parent), cst.Global)
            self._elsewhere[id(self._around(name)), name.value] = is_global
        elif is_stored(name, self._tree) and not _is_imported(name, self._tree):
            self._bound[id(self._around(name))].add(name.value)

    def binder(self, name: Node) -> Node | None:
        """Return the function, class or comprehension whose variable a name is, None for a name of the file."""
        scope, is_own = self._around(name), True
        while True:
            is_global = self._elsewhere.get((id(scope), name.value))
            if is_global:
                return None
            visible = is_own or not isinstance(scope, cst.ClassDef)
            if is_global is None and visible and name.value in self._bound[id(scope)]:
                return scope
            if scope is self._top:
                return None
            scope, is_own = self._around(scope), False

    def _around(self, node: Node) -> Node:
        """Return the scope in which a node is evaluated, or a name bound."""
        is_first = False
        for parent, child in self._tree.above(node, self._top):
            outside = is_first and child is getattr(parent, "for_in", None)
            if isinstance(parent, SCOPES) and not outside and self._is_inside(node, child, parent):
                return parent
            # The first iterable of a comprehension is evaluated outside of it.
            is_first = isinstance(parent, cst.CompFor) and child is parent.iter
        return self._top

    def _is_inside(self, node: Node, child: Node, scope: Node) -> bool:
        holder = self._tree.parent(node)
        if isinstance(scope, COMPREHENSIONS):
            return not (isinstance(holder, cst.NamedExpr) and holder.target is node)
        is_param = isinstance(holder, cst.Param) and holder.name is node
        return child is scope.body or (is_param and child is getattr(scope, "params", None))


def is_stored(name: Node, tree: Tree) -> bool:
    """Tell whether a name is bound where it is written, and not read."""
    child, parent = name, tree.parent(name)
    while isinstance(parent, cst.Tuple | cst.List | cst.Element | cst.StarredElement):
        child, parent = parent, tree.parent(parent)
    if isinstance(parent, cst.AssignTarget | cst.For | cst.CompFor | cst.NamedExpr):
        return parent.target is child
    if isinstance(parent, cst.AugAssign | cst.AnnAssign | cst.Del):
        return parent.target is child
    if isinstance(parent, cst.Param | cst.FunctionDef | cst.ClassDef | cst.AsName):
        return parent.name is name or parent.name is child
    if isinstance(parent, cst.MatchAs | cst.MatchStar):
        return parent.name is name
    return isinstance(parent, cst.ImportAlias | cst.NameItem)


def _is_imported(name: Node, tree: Tree) -> bool:
    parent = tree.parent(name)
    holder = tree.parent(parent) if isinstance(parent, cst.AsName) else parent
    return isinstance(holder, cst.ImportAlias)
