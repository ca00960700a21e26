"""Everything held about a person in one file, for that person (UU 27/2022 on access and portability)."""
