from .baijiayun import ConfigError as ConfigError
from .baijiayun import Engine as Engine
from .baijiayun import claim_script as claim_script
from .baijiayun import configuration as configuration
from .baijiayun import pieces as pieces
from .baijiayun import quota_script as quota_script
from .baijiayun import retry_after as retry_after
