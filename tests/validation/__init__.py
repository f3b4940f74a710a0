"""Known answers: small worlds whose answer is known from theory or published, and what the library says."""
