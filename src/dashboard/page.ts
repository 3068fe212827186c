/** The frame of the page. The rest is built by its script, out of what the API tells to who has a token. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Bridgehead</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 12h14M3 12V8a5 5 0 0 1 10 0v4' fill='none' stroke='%230a69da' stroke-width='2'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/dashboard.css">
<script src="/dashboard.js" defer></script>
</head>
<body>
<div id="app"></div>
<noscript><p class="stale">This page is drawn by its script, and scripts are off. The same is told by: bridgehead cluster show</p></noscript>
</body>
</html>
`;
