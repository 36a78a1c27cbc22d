import './page/page.css';
import './page/builder.css';
import './page/builder';
