"""How random tasks of the dialect `lists` are drawn: programs from idioms, and inputs that suit them."""
