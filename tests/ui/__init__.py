"""The components: tokens, words, figures and the templates themselves."""
