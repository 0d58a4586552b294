/// A page of words without a script: what somebody sees where no meeting can be.
///
/// Its style is a file of its own, `/plain.css`, because the Content-Security-Policy allows nothing inline.
struct PlainPage {
    /// Our own words only; nothing of a request is ever put into HTML.
    let title: String
    let text: String

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <title>\(title) · Parley</title>
            <link rel="stylesheet" href="/plain.css">
        </head>
        <body>
            <main>
                <h1>\(title)</h1>
                <p>\(text)</p>
                <p><a href="/">Start a meeting</a></p>
            </main>
        </body>
        </html>

        """
    }

    static let style = """
        :root {
            color-scheme: light dark;
            font: 15px/1.5 Inter, system-ui, sans-serif;
            background: light-dark(oklch(0.985 0.004 235), oklch(0.19 0.015 235));
            color: light-dark(oklch(0.25 0.02 235), oklch(0.94 0.008 235));
        }
        body { margin: 0; min-block-size: 100dvh; display: grid; place-items: center; }
        main { max-inline-size: 32rem; padding: 24px; text-align: center; text-wrap: balance; }
        h1 { font-size: 22px; font-weight: 700; margin: 0 0 8px; }
        p { margin: 0 0 24px; }
        a {
            display: inline-flex; align-items: center; min-block-size: 44px; padding-inline: 24px;
            border-radius: 8px; background: oklch(0.5 0.12 235); color: white; font-weight: 550; text-decoration: none;
        }
        a:focus-visible { outline: 3px solid oklch(0.62 0.13 235); outline-offset: 3px; }

        """
}
