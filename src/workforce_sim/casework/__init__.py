"""Casework: the compiled caseload kernel (sharing, allocation, handover, the drift ledger).

The workforce sees one class, :class:`~workforce_sim.casework.desk.Desk`. Nothing here knows SimPy.
"""
