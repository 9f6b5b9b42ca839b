// User agents of browsers as they are sent in 2026, and of what pretends to be one.

const agent = (flag, comment, text, browser, major, os, device, skip) => ({
  comment, flag, input: { user_agent: text }, expect: { browser, browser_major: major, os, device }, skip,
});
const browser = (...rest) => agent('Browser', ...rest);
const disguise = (...rest) => agent('Disguise', ...rest);
const bot = (comment, text) => ({
  comment, flag: 'Bot', input: { user_agent: text }, expect: { browser: 'bot', device: 'bot' },
});

const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const linux = 'Mozilla/5.0 (X11; Linux x86_64)';
const android = 'Mozilla/5.0 (Linux; Android 10; K)';
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)';
const ipad = 'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X)';
const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const webkitMac = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const chrome = 'Chrome/142.0.0.0';

export const userAgents = [
  browser('Chrome on Windows', `${windows} ${webkit} ${chrome} Safari/537.36`, 'Chrome', 142, 'Windows', 'desktop'),
  browser('Chrome on macOS', `${mac} ${webkit} ${chrome} Safari/537.36`, 'Chrome', 142, 'macOS', 'desktop'),
  browser('Chrome on Linux', `${linux} ${webkit} ${chrome} Safari/537.36`, 'Chrome', 142, 'Linux', 'desktop'),
  browser('Chrome on ChromeOS', `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webkit} ${chrome} Safari/537.36`, 'Chrome', 142, 'ChromeOS', 'desktop'),
  browser('Chrome on an Android phone', `${android} ${webkit} ${chrome} Mobile Safari/537.36`, 'Chrome', 142, 'Android', 'mobile'),
  browser('Chrome on an Android tablet', `${android} ${webkit} ${chrome} Safari/537.36`, 'Chrome', 142, 'Android', 'tablet'),
  browser('Chrome on an iPhone', `${iphone} ${webkitMac} CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1`, 'Chrome', 142, 'iOS', 'mobile'),
  browser('Chrome on an iPad', `${ipad} ${webkitMac} CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1`, 'Chrome', 142, 'iOS', 'tablet'),
  browser('Edge on Windows', `${windows} ${webkit} ${chrome} Safari/537.36 Edg/142.0.0.0`, 'Edge', 142, 'Windows', 'desktop'),
  browser('Edge on macOS', `${mac} ${webkit} ${chrome} Safari/537.36 Edg/142.0.0.0`, 'Edge', 142, 'macOS', 'desktop'),
  browser('Edge on Android', `${android} ${webkit} ${chrome} Mobile Safari/537.36 EdgA/142.0.0.0`, 'Edge', 142, 'Android', 'mobile'),
  browser('Edge on an iPhone', `${iphone} ${webkitMac} Version/18.0 EdgiOS/142.0.3595.66 Mobile/15E148 Safari/604.1`, 'Edge', 142, 'iOS', 'mobile'),
  browser('Safari on macOS', `${mac} ${webkitMac} Version/26.0 Safari/605.1.15`, 'Safari', 26, 'macOS', 'desktop'),
  browser('Safari on an iPhone', `${iphone} ${webkitMac} Version/26.0 Mobile/15E148 Safari/604.1`, 'Safari', 26, 'iOS', 'mobile'),
  browser('Safari on an iPad that says so', `${ipad} ${webkitMac} Version/26.0 Mobile/15E148 Safari/604.1`, 'Safari', 26, 'iOS', 'tablet'),
  browser('Firefox on Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox', 145, 'Windows', 'desktop'),
  browser('Firefox on macOS', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox', 145, 'macOS', 'desktop'),
  browser('Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 140, 'Linux', 'desktop'),
  browser('Firefox on Ubuntu', 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox', 145, 'Linux', 'desktop'),
  browser('Firefox on an Android phone', 'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0', 'Firefox', 145, 'Android', 'mobile'),
  browser('Firefox on an Android tablet', 'Mozilla/5.0 (Android 15; Tablet; rv:145.0) Gecko/145.0 Firefox/145.0', 'Firefox', 145, 'Android', 'tablet'),
  browser('Firefox on an iPhone', `${iphone} ${webkitMac} FxiOS/145.0 Mobile/15E148 Safari/605.1.15`, 'Firefox', 145, 'iOS', 'mobile'),
  browser('Firefox on an iPad', `${ipad} ${webkitMac} FxiOS/145.0 Mobile/15E148 Safari/605.1.15`, 'Firefox', 145, 'iOS', 'tablet'),
  browser('Samsung Internet on a phone', `${android} ${webkit} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, 'Samsung Internet', 28, 'Android', 'mobile'),
  browser('Samsung Internet on a tablet', `${android} ${webkit} SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36`, 'Samsung Internet', 28, 'Android', 'tablet'),
  browser('Opera on Windows', `${windows} ${webkit} Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0`, 'Opera', 124, 'Windows', 'desktop'),
  browser('Opera on macOS', `${mac} ${webkit} Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0`, 'Opera', 124, 'macOS', 'desktop'),
  browser('Opera on Android', `${android} ${webkit} Chrome/140.0.0.0 Mobile Safari/537.36 OPR/92.0.0.0`, 'Opera', 92, 'Android', 'mobile'),
  browser('Opera on an iPhone', `${iphone} ${webkitMac} Version/18.6 Mobile/15E148 Safari/604.1 OPT/6.2.0`, 'Opera', 6, 'iOS', 'mobile'),
  disguise('Chrome with an old minor version', `${windows} ${webkit} Chrome/99.0.4844.51 Safari/537.36`, 'Chrome', 99, 'Windows', 'desktop'),
  disguise('Chrome 100 has three digits', `${windows} ${webkit} Chrome/100.0.4896.60 Safari/537.36`, 'Chrome', 100, 'Windows', 'desktop'),
  disguise('the Edge of old', `${windows} ${webkit} Chrome/70.0.3538.102 Safari/537.36 Edge/18.19042`, 'Edge', 18, 'Windows', 'desktop'),
  disguise('a phone with its model in it', `Mozilla/5.0 (Linux; Android 14; SM-S918B) ${webkit} ${chrome} Mobile Safari/537.36`, 'Chrome', 142, 'Android', 'mobile'),
  disguise('no version', `${windows} ${webkit} Chrome/ Safari/537.36`, 'Chrome', 0, 'Windows', 'desktop'),
  disguise('a version beyond belief', `${windows} ${webkit} Chrome/99999999999999999999.0 Safari/537.36`, 'Chrome', 0, 'Windows', 'desktop'),
  agent('UserAgentLimit', 'an unknown browser', 'NetSurf/3.11 (NetBSD; amd64)', 'Other', 0, 'Other', 'other'),
  agent('UserAgentLimit', 'empty', '', 'Other', 0, 'Other', 'other'),
  agent('UserAgentLimit', 'an e-mail address', 'jane@example.org', 'Other', 0, 'Other', 'other'),
  agent('UserAgentLimit', 'over 1024 characters', `${windows} ${webkit} ${chrome} Safari/537.36 ${'x'.repeat(1024)}`, 'Other', 0, 'Other', 'other'),
  agent('UserAgentLimit', '1024 characters', `${windows} ${webkit} ${chrome} Safari/537.36`.padEnd(1024, ' x'), 'Chrome', 142, 'Windows', 'desktop'),
  bot('Googlebot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'),
  bot('Googlebot as a phone', `Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) ${webkit} Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`),
  bot('Bingbot', `Mozilla/5.0 ${webkit} compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36`),
  bot('GPTBot', 'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)'),
  bot('Applebot', `${mac} ${webkitMac} Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)`),
  bot('a link preview', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'),
  bot('a crawler that says so', 'Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)'),
  bot('a spider', 'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)'),
  bot('a headless browser', `${linux} ${webkit} HeadlessChrome/142.0.0.0 Safari/537.36`),
  bot('curl', 'curl/8.5.0'),
  bot('Wget', 'Wget/1.21.4'),
  bot('a Python program', 'python-requests/2.32.3'),
  bot('a Go program', 'Go-http-client/2.0'),
];
