// data-layer.js: <script src="/v1/data-layer.js"></script> before banner.js.

import { installDataLayer } from "./data_layer";

installDataLayer();
