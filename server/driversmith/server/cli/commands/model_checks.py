"""Whether a model is set up: key, endpoint, and what the models of each role cost. Nothing is asked of it."""

from driversmith.engine.errors import ModelRejectedError
from driversmith.engine.settings import Settings

from .check import Check

KEY = "ANTHROPIC_API_KEY"


async def model_endpoint(settings: Settings) -> Check:
    """Key and base URL; the key itself is never shown, nor one in the URL.

    Raises:
        InvalidArgumentError: ANTHROPIC_BASE_URL cannot be used.
    """
    from driversmith.engine.composition import model_endpoint as set_up

    endpoint = set_up()
    if endpoint is None:
        advice = "engine=model needs it; template and host need none, and auto goes without."
        return Check(name="model", ok=False, found=f"{KEY} is not set", advice=advice, required=False)
    found = f"{KEY} is set; {endpoint.shown}"
    try:
        endpoint.check_allowed(loopback_only=settings.model_loopback_only)
    except ModelRejectedError as refused:
        advice = refused.next_action or ""
        told = f"{found}; DRIVERSMITH_MODEL_LOOPBACK_ONLY refuses it"
        return Check(name="model", ok=False, found=told, advice=advice, required=False)
    return Check(name="model", ok=True, found=found)


async def model_prices(settings: Settings) -> Check:
    """The model of each role, with its price.

    Raises:
        InvalidArgumentError: the file of prices cannot be used.
    """
    from driversmith.engine.llm.prices import load_prices

    table = load_prices(settings.prices_file)
    roles: dict[str, list[str]] = {}
    for role, model in settings.models.items():
        roles.setdefault(model, []).append(role)
    told: list[str] = []
    unknown: list[str] = []
    for model, its_roles in roles.items():
        price = table.price(model)
        if price is None:
            unknown.append(model)
        cost = f"${price.input:g} in, ${price.output:g} out" if price else "price not known"
        told.append(f"{model} for {' and '.join(its_roles)} ({cost})")
    advice = f"budget_usd is refused until prices.toml in {settings.home} has {', '.join(unknown)}." if unknown else ""
    found = f"{'; '.join(told)}; dollars per million tokens, of {table.date}"
    return Check(name="model prices", ok=not unknown, found=found, advice=advice, required=False)
