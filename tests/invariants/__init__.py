"""Relations that hold in every world, the tests that hold them, and the page that lists them."""
