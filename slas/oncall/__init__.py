"""Who is on call: rotas, the shifts that follow from them, who took over, and who is away."""
